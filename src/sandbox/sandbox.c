#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- system calls -------------------------------------------------------------------------------------- */

/* What the C library, SQLite, libgit2, curl and this program call; whatever is not here is refused (EPERM).
 * The list is made into a filter here, without a library: this needs no memory, and so it cannot be half of
 * one. */
static const uint16_t CALLS[] = {
    SYS_brk,
    SYS_clock_getres,
    SYS_clock_gettime,
    SYS_clock_nanosleep,
    SYS_clone,
    SYS_clone3,
    SYS_close,
    SYS_close_range,
    SYS_dup,
    SYS_dup3,
    SYS_epoll_create1,
    SYS_epoll_ctl,
    SYS_epoll_pwait,
    SYS_eventfd2,
    SYS_exit,
    SYS_exit_group,
    SYS_faccessat,
    SYS_faccessat2,
    SYS_fadvise64,
    SYS_fcntl,
    SYS_flock,
    SYS_fstat,
    SYS_fstatfs,
    SYS_futex,
    SYS_getcwd,
    SYS_getdents64,
    SYS_getegid,
    SYS_geteuid,
    SYS_getgid,
    SYS_getpid,
    SYS_getppid,
    SYS_getrandom,
    SYS_getrlimit,
    SYS_getrusage,
    SYS_gettid,
    SYS_gettimeofday,
    SYS_getuid,
    SYS_ioctl,
    SYS_landlock_add_rule,
    SYS_landlock_create_ruleset,
    SYS_landlock_restrict_self,
    SYS_lseek,
    SYS_madvise,
    SYS_membarrier,
    SYS_mmap,
    SYS_mprotect,
    SYS_mremap,
    SYS_munmap,
    SYS_nanosleep,
    SYS_newfstatat,
    SYS_openat,
    SYS_openat2,
    SYS_pipe2,
    SYS_ppoll,
    SYS_prctl,
    SYS_pread64,
    SYS_preadv,
    SYS_prlimit64,
    SYS_pselect6,
    SYS_read,
    SYS_readlinkat,
    SYS_readv,
    SYS_restart_syscall,
    SYS_rseq,
    SYS_rt_sigaction,
    SYS_rt_sigprocmask,
    SYS_rt_sigreturn,
    SYS_rt_sigsuspend,
    SYS_rt_sigtimedwait,
    SYS_sched_getaffinity,
    SYS_sched_yield,
    SYS_seccomp,
    SYS_set_robust_list,
    SYS_set_tid_address,
    SYS_setitimer,
    SYS_setrlimit,
    SYS_sigaltstack,
    SYS_statfs,
    SYS_statx,
    SYS_sysinfo,
    SYS_tgkill,
    SYS_umask,
    SYS_uname,
    SYS_wait4,
    SYS_waitid,
    SYS_write,
    SYS_writev,
#ifdef SYS_futex_waitv
    SYS_futex_waitv,
#endif
#ifdef SYS_arch_prctl
    SYS_arch_prctl,
#endif
#ifdef SYS_open /* architectures that have the calls of old */
    SYS_access,
    SYS_alarm,
    SYS_dup2,
    SYS_epoll_wait,
    SYS_getpgrp,
    SYS_lstat,
    SYS_open,
    SYS_pipe,
    SYS_poll,
    SYS_readlink,
    SYS_select,
    SYS_stat,
    SYS_time,
#endif
};

/* That change a file. */
static const uint16_t CHANGING[] = {
    SYS_copy_file_range, SYS_fallocate, SYS_fchmod,   SYS_fchmodat, SYS_fchown,    SYS_fdatasync,
    SYS_fsync,           SYS_ftruncate, SYS_mkdirat,  SYS_renameat, SYS_renameat2, SYS_syncfs,
    SYS_unlinkat,        SYS_utimensat, SYS_pwrite64, SYS_pwritev,
#ifdef SYS_open
    SYS_mkdir,           SYS_rename,    SYS_rmdir,    SYS_unlink,
#endif
};

/* Of sockets that are there; and those that make one. */
static const uint16_t SOCKETS[] = {SYS_getsockname, SYS_getpeername, SYS_setsockopt, SYS_getsockopt,
                                   SYS_sendto,      SYS_recvfrom,    SYS_sendmsg,    SYS_recvmsg,
                                   SYS_sendmmsg,    SYS_recvmmsg,    SYS_shutdown};
static const uint16_t CONNECTING[] = {SYS_socket, SYS_socketpair, SYS_connect, SYS_bind};
static const uint16_t SERVING[] = {SYS_accept, SYS_accept4};

#define COUNT(list) (sizeof(list) / sizeof *(list))
enum { CALL_COUNT = COUNT(CALLS) + COUNT(CHANGING), NETWORK_COUNT = COUNT(SOCKETS) + COUNT(CONNECTING) };

#ifdef ISOMERIZE_SANITIZED
#define ARCHITECTURE 0 /* which have system calls of their own */
#elif defined __x86_64__ && defined __LP64__
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined __aarch64__ && defined __LP64__
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#define ARCHITECTURE 0
#endif

/* Jumps are counted in bytes. */
_Static_assert(CALL_COUNT + NETWORK_COUNT < 250, "the list is too long for one jump");

static size_t add_calls(struct sock_filter *filter, size_t at, const uint16_t *calls, size_t count,
                        size_t allow) {
    for (size_t i = 0; i < count; i++, at++)
        filter[at] =
            (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, calls[i], (uint8_t)(allow - at - 1), 0);
    return at;
}

/* seccomp(2), BPF: of another architecture's calls none, of this one's those of the list. */
static bool filter_calls(sandbox_sockets sockets) {
    struct sock_filter filter[CALL_COUNT + NETWORK_COUNT + 6] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    };
    bool connects = sockets == SANDBOX_CONNECTS;
    const uint16_t *making = connects ? CONNECTING : SERVING;
    bool has = connects || sockets == SANDBOX_SERVES;
    size_t general = has ? COUNT(SOCKETS) : 0, own = !has ? 0 : connects ? COUNT(CONNECTING) : COUNT(SERVING);
    size_t changing = connects || sockets == SANDBOX_READS ? 0 : COUNT(CHANGING);
    size_t allow = 4 + COUNT(CALLS) + changing + general + own + 1;
    size_t at = add_calls(filter, 4, CALLS, COUNT(CALLS), allow);
    at = add_calls(filter, at, CHANGING, changing, allow);
    at = add_calls(filter, at, SOCKETS, general, allow);
    at = add_calls(filter, at, making, own, allow);
    filter[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
    filter[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog program = {(unsigned short)at, filter};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

const char *sandbox_calls(sandbox_sockets sockets) {
#ifdef ISOMERIZE_SANITIZED
    (void)sockets, (void)filter_calls;
    return NULL;
#else
    return ARCHITECTURE && filter_calls(sockets) ? NULL : "filters of system calls (seccomp)";
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
#ifdef ISOMERIZE_SANITIZED /* they look for leaks in the process's threads */
    add_rules(rules, (const char *const[]){"/proc", NULL}, READS & all.files);
#endif
    add_rules(rules, writes, (READS | WRITES) & all.files);
    bool ok =
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && syscall(SYS_landlock_restrict_self, rules, 0) == 0;
    close(rules);
    return ok ? NULL : LACKS;
}

void sandbox_thread(void) {
    int version = (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    uint64_t changes = version > 0 ? rights_of(version) & ~READS & ~(uint64_t)LANDLOCK_ACCESS_FS_EXECUTE : 0;
    struct rules none = {.files = changes};
    int rules = version > 0 ? (int)syscall(SYS_landlock_create_ruleset, &none, sizeof none.files, 0) : -1;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && rules >= 0)
        syscall(SYS_landlock_restrict_self, rules, 0);
    if (rules >= 0)
        close(rules);
    sandbox_calls(SANDBOX_READS);
}

typedef struct task {
    bool (*work)(void *context);
    void *context;
    bool result;
} task;

static void *do_task(void *context) {
    task *t = context;
    sandbox_thread();
    t->result = t->work(t->context);
    return NULL;
}

bool sandbox_apart(bool (*work)(void *context), void *context) {
    task t = {work, context, false};
    pthread_t thread;
    int error = pthread_create(&thread, NULL, do_task, &t);
    if (error) {
        fprintf(stderr, "isomerize: no thread could be started: %s\n", strerror(error));
        _exit(4);
    }
    pthread_join(thread, NULL);
    return t.result;
}
