# Completion of cordon(1) for bash. Commands, options and profiles are the program's own, asked of it.

_cordon() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} cordon=${COMP_WORDS[0]} command=${COMP_WORDS[1]}

	COMPREPLY=()
	if [ "$COMP_CWORD" = 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W "$("$cordon" help 2>/dev/null | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p') help --help --version" -- "$cur")
		return
	fi
	case $command:$prev in
	help:*)
		mapfile -t COMPREPLY < <(compgen -W "$("$cordon" help 2>/dev/null | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p')" -- "$cur")
		return
		;;
	*:--vbus)
		mapfile -t COMPREPLY < <(compgen -W "on off" -- "$cur")
		return
		;;
	*:--switch)
		mapfile -t COMPREPLY < <(compgen -W "open host probe" -- "$cur")
		return
		;;
	*:--range)
		mapfile -t COMPREPLY < <(compgen -W "ma ua" -- "$cur")
		return
		;;
	*:--profile | *:-p)
		mapfile -t COMPREPLY < <(compgen -W "$("$cordon" profiles 2>/dev/null | sed 's/ .*//')" -- "$cur")
		return
		;;
	sim:sim | live:--sim)
		mapfile -t COMPREPLY < <(compgen -W "$("$cordon" scenarios 2>/dev/null | sed 's/ .*//')" -- "$cur")
		[ ${#COMPREPLY[@]} -eq 0 ] || return
		;;
	sim:--far-load | live:--far-load)
		mapfile -t COMPREPLY < <(compgen -W "as-written none added" -- "$cur")
		return
		;;
	sim:--host | live:--host)
		mapfile -t COMPREPLY < <(compgen -W "windows linux macos android" -- "$cur")
		return
		;;
	*:--layout | *:-l)
		mapfile -t COMPREPLY < <(compgen -W "$(sed -n '/^! layout/,/^$/s/^  \([a-z]*\) .*/\1/p' /usr/share/X11/xkb/rules/evdev.lst 2>/dev/null)" -- "$cur")
		return
		;;
	esac
	case $cur in
	-*) mapfile -t COMPREPLY < <(compgen -W "$("$cordon" "$command" --help 2>/dev/null | sed -n 's/^ *\(-[a-z], \)\{0,1\}\(--[a-z][a-z-]*\).*/\2/p') --help" -- "$cur") ;;
	*)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		;;
	esac
}

complete -F _cordon cordon
