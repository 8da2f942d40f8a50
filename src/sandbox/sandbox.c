#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- system calls -------------------------------------------------------------------------------------- */

/* What the C library, SQLite, libgit2 and this program call; whatever is not here is refused (EPERM). */
static const char *const CALLS[] = {"access",
                                    "alarm",
                                    "arch_prctl",
                                    "brk",
                                    "clock_getres",
                                    "clock_gettime",
                                    "clock_nanosleep",
                                    "clone",
                                    "clone3",
                                    "close",
                                    "close_range",
                                    "copy_file_range",
                                    "dup",
                                    "dup2",
                                    "dup3",
                                    "epoll_create1",
                                    "epoll_ctl",
                                    "epoll_pwait",
                                    "epoll_wait",
                                    "eventfd2",
                                    "exit",
                                    "exit_group",
                                    "faccessat",
                                    "faccessat2",
                                    "fadvise64",
                                    "fallocate",
                                    "fchmod",
                                    "fchmodat",
                                    "fchown",
                                    "fcntl",
                                    "fdatasync",
                                    "flock",
                                    "fstat",
                                    "fstatfs",
                                    "fsync",
                                    "ftruncate",
                                    "futex",
                                    "futex_waitv",
                                    "getcwd",
                                    "getdents64",
                                    "getegid",
                                    "geteuid",
                                    "getgid",
                                    "getpid",
                                    "getpgrp",
                                    "getppid",
                                    "getrandom",
                                    "getrlimit",
                                    "getrusage",
                                    "gettid",
                                    "gettimeofday",
                                    "getuid",
                                    "ioctl",
                                    "landlock_add_rule",
                                    "landlock_create_ruleset",
                                    "landlock_restrict_self",
                                    "lseek",
                                    "lstat",
                                    "madvise",
                                    "membarrier",
                                    "mkdir",
                                    "mkdirat",
                                    "mmap",
                                    "mprotect",
                                    "mremap",
                                    "munmap",
                                    "nanosleep",
                                    "newfstatat",
                                    "open",
                                    "openat",
                                    "openat2",
                                    "pipe",
                                    "pipe2",
                                    "poll",
                                    "ppoll",
                                    "prctl",
                                    "pread64",
                                    "preadv",
                                    "prlimit64",
                                    "pselect6",
                                    "pwrite64",
                                    "pwritev",
                                    "read",
                                    "readlink",
                                    "readlinkat",
                                    "readv",
                                    "rename",
                                    "renameat",
                                    "renameat2",
                                    "restart_syscall",
                                    "rmdir",
                                    "rseq",
                                    "rt_sigaction",
                                    "rt_sigprocmask",
                                    "rt_sigreturn",
                                    "rt_sigsuspend",
                                    "rt_sigtimedwait",
                                    "sched_getaffinity",
                                    "sched_yield",
                                    "seccomp",
                                    "select",
                                    "set_robust_list",
                                    "set_tid_address",
                                    "setitimer",
                                    "setrlimit",
                                    "sigaltstack",
                                    "stat",
                                    "statfs",
                                    "statx",
                                    "syncfs",
                                    "sysinfo",
                                    "tgkill",
                                    "time",
                                    "umask",
                                    "uname",
                                    "unlink",
                                    "unlinkat",
                                    "utimensat",
                                    "wait4",
                                    "waitid",
                                    "write",
                                    "writev"};

static const char *const NETWORK[] = {"socket",      "socketpair", "connect",    "bind",     "getsockname",
                                      "getpeername", "setsockopt", "getsockopt", "sendto",   "recvfrom",
                                      "sendmsg",     "recvmsg",    "sendmmsg",   "recvmmsg", "shutdown"};

static bool allow(scmp_filter_ctx filter, const char *const *names, size_t count) {
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++) {
        int number = seccomp_syscall_resolve_name(names[i]);
        ok = number == __NR_SCMP_ERROR || seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 0) == 0;
    }
    return ok;
}

const char *sandbox_calls(bool network) {
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
    (void)network, (void)allow, (void)CALLS, (void)NETWORK;
    return NULL; /* which has system calls of its own */
#else
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    bool ok = filter && allow(filter, CALLS, sizeof CALLS / sizeof *CALLS) &&
              (!network || allow(filter, NETWORK, sizeof NETWORK / sizeof *NETWORK));
    if (ok) { /* a tree in place of a list, where the library knows it */
        seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
        ok = seccomp_load(filter) == 0;
    }
    seccomp_release(filter);
    return ok ? NULL : "filters of system calls (seccomp)";
#endif
}

/* ---- files ------------------------------------------------------------------------------------------------
 */

/* Rights that headers of older kernels do not name; <linux/landlock.h> */
#define TRUNCATE (1ull << 14)  /* version 3 */
#define IOCTL_DEV (1ull << 15) /* version 5 */
#define READS ((uint64_t)(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR))
#define WRITES                                                                                               \
    ((uint64_t)(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |                              \
                LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | \
                LANDLOCK_ACCESS_FS_REFER) |                                                                  \
     TRUNCATE)
#define OF_FILES                                                                                             \
    ((uint64_t)(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE) | TRUNCATE) /* not of folders  \
                                                                                           */
#define ALL_FIRST ((1ull << 13) - 1)

struct rules { /* struct landlock_ruleset_attr as of version 6 */
    uint64_t files, network, scoped;
};

static uint64_t rights_of(int version) {
    return ALL_FIRST | (version >= 2 ? (uint64_t)LANDLOCK_ACCESS_FS_REFER : 0) |
           (version >= 3 ? TRUNCATE : 0) | (version >= 5 ? IOCTL_DEV : 0);
}

static void add_rules(int rules, const char *const *paths, uint64_t rights) {
    for (; *paths; paths++) {
        struct stat info;
        int place = open(*paths, O_PATH | O_CLOEXEC);
        if (place < 0)
            continue;
        bool is_folder = fstat(place, &info) == 0 && S_ISDIR(info.st_mode);
        struct landlock_path_beneath_attr rule = {.allowed_access = is_folder ? rights : rights & OF_FILES,
                                                  .parent_fd = place};
        syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
        close(place);
    }
}

const char *sandbox_files(const char *const *reads, const char *const *writes, bool network) {
    static const char LACKS[] = "rules of files (Landlock)";
    int version = (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 2) /* the first one has no moving from folder to folder */
        return LACKS;
    struct rules all = {rights_of(version), !network && version >= 4 ? 3 : 0 /* bind, connect */,
                        version >= 6 ? 3 : 0 /* abstract sockets, signals */};
    size_t size = version >= 6 ? sizeof all : version >= 4 ? 2 * sizeof(uint64_t) : sizeof(uint64_t);
    int rules = (int)syscall(SYS_landlock_create_ruleset, &all, size, 0);
    if (rules < 0)
        return LACKS;
    add_rules(rules, reads, READS & all.files);
    add_rules(rules, writes, (READS | WRITES) & all.files);
    bool ok =
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && syscall(SYS_landlock_restrict_self, rules, 0) == 0;
    close(rules);
    return ok ? NULL : LACKS;
}
