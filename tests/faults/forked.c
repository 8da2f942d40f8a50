/* A preload that makes a program a server of its own runs: loaded once, it is forked for each, from before
 * its main. A run can have one fault: an allocation, a read or write that does half of what it is asked for,
 * or a system call that fails, or at which the process is killed. Numbers count over all threads and
 * processes of a run, and only what main does. A run can also tell from where in the program a system call
 * is made. The server speaks forked.py's protocol. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t);

/* Of the run there is; shared with all its processes. */
static struct shared { atomic_long allocations, transfers; } * counts;
static int counting;
static long allocation, transfer; /* the one that fails; transfer -1: each is cut short */

static int fails(void) {
    return counting && atomic_fetch_add(&counts->allocations, 1) + 1 == allocation ? (errno = ENOMEM, 1) : 0;
}
void *malloc(size_t s) {
    return fails() ? 0 : __libc_malloc(s);
}
void *calloc(size_t a, size_t b) {
    return fails() ? 0 : __libc_calloc(a, b);
}
void *realloc(void *p, size_t s) {
    return fails() ? 0 : __libc_realloc(p, s);
}

static size_t part(size_t wanted) {
    if (!counting)
        return wanted;
    long now = atomic_fetch_add(&counts->transfers, 1) + 1;
    return wanted > 1 && (transfer < 0 || now == transfer) ? wanted / 2 : wanted;
}
#define SHORT(name, bytes, parameters, ...)                                                                  \
    ssize_t name(int file, bytes data, size_t wanted parameters) {                                           \
        static ssize_t (*real)(int, bytes, size_t, ...);                                                     \
        if (!real)                                                                                           \
            *(void **)&real = dlsym(RTLD_NEXT, #name);                                                       \
        return real(file, data, part(wanted) __VA_ARGS__);                                                   \
    }
#define AT , off_t where
SHORT(read, void *, )
SHORT(write, const void *, )
SHORT(pread, void *, AT, , where)
SHORT(pread64, void *, AT, , where)
SHORT(pwrite, const void *, AT, , where)
SHORT(pwrite64, const void *, AT, , where)

/* ---- one run ------------------------------------------------------------------------------------------- */

static int (*program)(int, char **, char **);
static struct request {
    long allocation, transfer, call, number, error; /* call -1: none; number -1: tell; error 0: killed */
    int count;
    char *words[64];
} request;

static void open_as(int file, const char *path, int flags) {
    int opened = open(path, flags, 0666);
    dup2(opened, file);
    close(opened);
}

/* Only this call stops the process. */
static void stop_at(long call) {
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)call, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog all = {sizeof filter / sizeof *filter, filter};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &all) != 0)
        _exit(99);
}

static void begin_run(char **environment) {
    open_as(0, "/dev/null", O_RDONLY);
    open_as(1, getenv("FORKED_OUT"), O_WRONLY | O_TRUNC | O_CREAT);
    open_as(2, getenv("FORKED_ERR"), O_WRONLY | O_TRUNC | O_CREAT);
    close(3);
    if (request.call >= 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        stop_at(request.call);
    }
    allocation = request.allocation;
    transfer = request.transfer;
    counting = 1;
    exit(program(request.count, request.words, environment));
}

static void fail_call(pid_t process, long error) {
    struct user_regs_struct registers;
    ptrace(PTRACE_GETREGS, process, 0, &registers);
    registers.orig_rax = (unsigned long)-1; /* the call is left out */
    registers.rax = (unsigned long)-error;
    ptrace(PTRACE_SETREGS, process, 0, &registers);
}

/* Closed it is, whatever close(2) says: the next stop is at the end of the call. */
static void fail_close(pid_t process, long error) {
    struct user_regs_struct registers;
    int status;
    ptrace(PTRACE_SYSCALL, process, 0, 0);
    if (waitpid(process, &status, __WALL) != process || !WIFSTOPPED(status))
        return;
    ptrace(PTRACE_GETREGS, process, 0, &registers);
    registers.rax = (unsigned long)-error;
    ptrace(PTRACE_SETREGS, process, 0, &registers);
}

/* ---- from where a call is made ------------------------------------------------------------------------- */

enum { PAGES = 4, PAGE = 4096, DEPTH = 6, PLACES = 4096 };
static unsigned long text_begin, text_end; /* of the program itself */
static unsigned long places[PLACES];
static long first[PLACES]; /* ... and the number of the first call from there */
static int place_count;

static int find_text(struct dl_phdr_info *info, size_t size, void *context) {
    (void)size, (void)context;
    for (int i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_LOAD && info->dlpi_phdr[i].p_flags & PF_X) {
            text_begin = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
            text_end = text_begin + info->dlpi_phdr[i].p_memsz;
        }
    return 1; /* the program comes first */
}

/* The innermost addresses of the program on the stack: those that it returns to, and some that were left
 * there. They tell one place as several now and then, but not several as one. */
static unsigned long place_of(pid_t process) {
    static unsigned long words[PAGES * PAGE / sizeof(long)];
    struct user_regs_struct registers;
    struct iovec there[PAGES], here = {words, sizeof words};
    ptrace(PTRACE_GETREGS, process, 0, &registers);
    unsigned long at = registers.rsp & ~7ul, place = 14695981039346656037ul;
    for (int i = 0; i < PAGES; i++) { /* each up to the end of a page: the stack ends behind one of them */
        there[i] = (struct iovec){(void *)at, PAGE - at % PAGE};
        at += there[i].iov_len;
    }
    ssize_t got = process_vm_readv(process, &here, 1, there, PAGES, 0);
    for (ssize_t i = 0, depth = 0; i < got / (ssize_t)sizeof(long) && depth < DEPTH; i++)
        if (words[i] >= text_begin && words[i] < text_end)
            place = (place ^ (words[i] - text_begin)) * 1099511628211ul, depth++;
    return place;
}

static void note_place(unsigned long place, long number) {
    int i = 0;
    while (i < place_count && places[i] != place)
        i++;
    if (i < place_count || place_count == PLACES)
        return;
    places[place_count] = place;
    first[place_count++] = number;
}

/* Until the run, and all that it has started, has ended. */
static int follow(pid_t run, long *calls) {
    int status, result = 0;
    pid_t one;
    while ((one = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
        if (one <= 0)
            continue;
        if (!WIFSTOPPED(status)) {
            if (one == run)
                result = status;
            continue;
        }
        int event = status >> 16, signal = event || WSTOPSIG(status) == SIGSTOP ? 0 : WSTOPSIG(status);
        if (event == PTRACE_EVENT_SECCOMP && request.number < 0) {
            note_place(place_of(one), ++*calls);
        } else if (event == PTRACE_EVENT_SECCOMP && ++*calls == request.number) {
            if (request.error && request.call == SYS_close)
                fail_close(one, request.error);
            else if (request.error)
                fail_call(one, request.error);
            else
                kill(one, SIGKILL);
        }
        ptrace(PTRACE_CONT, one, 0, signal);
    }
    return result;
}

static int run(char **environment, long *calls) {
    int status = 0;
    pid_t process = fork();
    if (process == 0)
        begin_run(environment);
    if (request.call < 0) {
        while (waitpid(process, &status, 0) < 0 && errno == EINTR)
            ;
        return status;
    }
    waitpid(process, &status, __WALL);
    ptrace(PTRACE_SETOPTIONS, process, 0,
           PTRACE_O_TRACESECCOMP | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
               PTRACE_O_EXITKILL);
    ptrace(PTRACE_CONT, process, 0, 0);
    return follow(process, calls);
}

/* ---- the server ---------------------------------------------------------------------------------------- */

/* A line of numbers, the last of them how many words, one a line, follow. */
static int read_request(FILE *from) {
    static char lines[64][4096];
    char numbers[256];
    if (!fgets(numbers, sizeof numbers, from) ||
        sscanf(numbers, "%ld %ld %ld %ld %ld %d", &request.allocation, &request.transfer, &request.call,
               &request.number, &request.error, &request.count) != 6 ||
        request.count > 62)
        return 0;
    for (int i = 0; i < request.count; i++) {
        if (!fgets(lines[i], sizeof *lines, from))
            return 0;
        lines[i][strcspn(lines[i], "\n")] = 0;
        request.words[i] = lines[i];
    }
    request.words[request.count] = 0;
    return 1;
}

static int serve(int count, char **words, char **environment) {
    (void)count, (void)words;
    unsetenv("LD_PRELOAD");
    dl_iterate_phdr(find_text, 0);
    counts = mmap(0, sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    while (read_request(stdin)) {
        long calls = 0;
        counts->allocations = counts->transfers = 0;
        place_count = 0;
        int status = run(environment, &calls);
        dprintf(3, "%d %ld %ld %ld", WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status),
                (long)counts->allocations, (long)counts->transfers, calls);
        for (int i = 0; i < place_count; i++)
            dprintf(3, " %ld %ld", first[i], (long)(places[i] >> 1));
        dprintf(3, "\n");
    }
    return 0;
}

int __libc_start_main(int (*main)(int, char **, char **), int count, char **words, void (*init)(void),
                      void (*fini)(void), void (*end)(void), void *stack) {
    int (*real)(int (*)(int, char **, char **), int, char **, void (*)(void), void (*)(void), void (*)(void),
                void *);
    *(void **)&real = dlsym(RTLD_NEXT, "__libc_start_main");
    program = main;
    return real(serve, count, words, init, fini, end, stack);
}
