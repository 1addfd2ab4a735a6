/*
 * Runs a command several times, its output thrown away, and prints the median of its CPU time in microseconds and the
 * highest peak of its resident memory in KiB: usage: measure RUNS COMMAND [ARGUMENT...].
 * What the command exits with does not matter, a verdict is no failure; a command that cannot run or is killed does.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RUNS_MAX = 99, CANNOT_RUN = 127 };

static int by_value(const void *a, const void *b)
{
	const long long x = *(const long long *)a, y = *(const long long *)b;

	return (x > y) - (x < y);
}

static int run(char **command, long long *cpu_us, long *peak_kib)
{
	struct rusage used;
	int status, null;
	pid_t child = fork();

	if (child == 0) {
		null = open("/dev/null", O_WRONLY);
		if (null < 0 || dup2(null, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0)
			_exit(CANNOT_RUN);
		execvp(command[0], command);
		_exit(CANNOT_RUN);
	}
	if (child < 0 || wait4(child, &status, 0, &used) != child)
		return -1;
	if (!WIFEXITED(status) || WEXITSTATUS(status) == CANNOT_RUN)
		return -1;
	*cpu_us = (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000ll +
	          used.ru_utime.tv_usec + used.ru_stime.tv_usec;
	if (*peak_kib < used.ru_maxrss)
		*peak_kib = used.ru_maxrss;
	return 0;
}

int main(int argc, char **argv)
{
	int runs = argc > 2 ? atoi(argv[1]) : 0;
	long long cpu_us[RUNS_MAX];
	long peak_kib = 0;

	if (runs < 1 || runs > RUNS_MAX) {
		fprintf(stderr, "usage: measure RUNS COMMAND [ARGUMENT...]\n");
		return 2;
	}
	for (int i = 0; i < runs; i++)
		if (run(argv + 2, &cpu_us[i], &peak_kib)) {
			fprintf(stderr, "measure: '%s' failed\n", argv[2]);
			return 1;
		}
	qsort(cpu_us, (size_t)runs, sizeof(*cpu_us), by_value);
	printf("%lld %ld\n", cpu_us[runs / 2], peak_kib);
	return 0;
}
