/* The yardstick: the least a sampler can do. Reads the core files of /proc and every process's stat once a second with
 * descriptors that stay open, parses every number, keeps nothing. hvi-agent's cost is compared with this.
 * Use: csampler SECONDS [core]   ("core" leaves the processes out)
 * Prints one line: samples, processes seen, CPU milliseconds per sample by its own clock. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PID_MAX (4 * 1024 * 1024)

static const char *const core_files[] = {
    "/proc/stat", "/proc/meminfo", "/proc/vmstat", "/proc/diskstats", "/proc/net/dev", "/proc/loadavg",
    "/proc/pressure/cpu", "/proc/pressure/memory", "/proc/pressure/io",
};
enum { CORE = sizeof core_files / sizeof core_files[0] };

static char buffer[256 * 1024];
static char entries[32 * 1024];
static uint64_t checksum; /* keeps the parsing from being optimised away */

struct linux_dirent64 { uint64_t d_ino; int64_t d_off; unsigned short d_reclen; unsigned char d_type; char d_name[]; };

static void parse_numbers(const char *p, const char *end)
{
    uint64_t value = 0;
    int digits = 0;
    for (; p < end; p++) {
        if (*p >= '0' && *p <= '9') {
            value = value * 10 + (uint64_t)(*p - '0');
            digits = 1;
        } else if (digits) {
            checksum += value;
            value = 0;
            digits = 0;
        }
    }
}

/* pid is row, row is descriptor + 1; a table of four bytes a possible pid, touched only where processes are. */
static int *descriptor_of;

static int sample_process(int proc, int pid, const char *name)
{
    int known = descriptor_of[pid];
    ssize_t length = -1;
    if (known != 0) {
        length = pread(known - 1, buffer, sizeof buffer, 0);
        if (length <= 0) { /* ended, or another process has the number now */
            close(known - 1);
            descriptor_of[pid] = 0;
            known = 0;
        }
    }
    if (known == 0) {
        char path[32];
        snprintf(path, sizeof path, "%s/stat", name);
        int opened = openat(proc, path, O_RDONLY | O_CLOEXEC);
        if (opened < 0) {
            return 0;
        }
        descriptor_of[pid] = opened + 1;
        length = pread(opened, buffer, sizeof buffer, 0);
        if (length <= 0) {
            return 0;
        }
    }
    const char *after_name = memrchr(buffer, ')', (size_t)length);
    parse_numbers(after_name ? after_name : buffer, buffer + length);
    return 1;
}

int main(int argc, char **argv)
{
    long seconds = argc > 1 ? atol(argv[1]) : 30;
    int processes_too = !(argc > 2 && strcmp(argv[2], "core") == 0);
    struct rlimit limit = { 65536, 65536 };
    setrlimit(RLIMIT_NOFILE, &limit);
    descriptor_of = calloc(PID_MAX, sizeof *descriptor_of);
    int core[CORE];
    for (int i = 0; i < CORE; i++) {
        core[i] = open(core_files[i], O_RDONLY | O_CLOEXEC);
    }
    int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor_of == NULL || proc < 0) {
        fprintf(stderr, "csampler: %s\n", strerror(errno));
        return 1;
    }
    struct timespec next, cpu;
    clock_gettime(CLOCK_MONOTONIC, &next);
    long seen = 0;
    for (long sample = 0; sample < seconds; sample++) {
        for (int i = 0; i < CORE; i++) {
            ssize_t length = core[i] < 0 ? -1 : pread(core[i], buffer, sizeof buffer, 0);
            if (length > 0) {
                parse_numbers(buffer, buffer + length);
            }
        }
        if (processes_too) {
            seen = 0;
            lseek(proc, 0, SEEK_SET);
            long got;
            while ((got = syscall(SYS_getdents64, proc, entries, sizeof entries)) > 0) {
                for (long at = 0; at < got;) {
                    struct linux_dirent64 *entry = (struct linux_dirent64 *)(entries + at);
                    at += entry->d_reclen;
                    if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9') {
                        int pid = atoi(entry->d_name);
                        if (pid > 0 && pid < PID_MAX) {
                            seen += sample_process(proc, pid, entry->d_name);
                        }
                    }
                }
            }
        }
        next.tv_sec++;
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
    }
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    printf("samples %ld processes %ld cpu_ms_per_sample %.3f checksum %llu\n", seconds, seen,
           ((double)cpu.tv_sec * 1e3 + (double)cpu.tv_nsec / 1e6) / (double)seconds, (unsigned long long)checksum);
    return 0;
}
