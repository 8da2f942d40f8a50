/* sandbox/: what the process can still do, once it has what it needs: a fault in a parser is then a fault in
 * a process that can do little.
 *
 * Two means, both for good and for all threads and processes to come: seccomp(2), which system calls there
 * are, and landlock(7), which files. Neither needs a privilege. Call these before any thread is started, but
 * for sandbox_thread.
 */
#ifndef ISOMERIZE_SANDBOX_H
#define ISOMERIZE_SANDBOX_H

#include "base/base.h"

typedef enum sandbox_sockets {
    SANDBOX_NO_SOCKETS, /* nothing is sent or received, but by what is open as a file */
    SANDBOX_READS,      /* the same, and no file is changed */
    SANDBOX_CONNECTS,   /* sockets are made, and connected; no file is changed */
    SANDBOX_SERVES      /* no socket is made but by who connects to one that listens already */
} sandbox_sockets;

/* From now on: no program is started, no other process is looked into, no privilege is gained; sockets only
 * as said. NULL, or in words what the system lacks. */
const char *sandbox_calls(sandbox_sockets sockets);

/* For the calling thread alone, and those it starts: it changes no file, but for what it writes to files that
 * are open. What the system lacks stays as it is: the process has its own bounds. */
void sandbox_thread(void);

/* Calls `work` in such a thread of its own, and returns what it returns. A thread that cannot be had ends the
 * process, with status 4 and a message. */
bool sandbox_apart(bool (*work)(void *context), void *context);

/* From now on: files are read below the folders and files of `reads`, read and written below those of
 * `writes`, and nowhere else (both ended by NULL; what is not there is passed over). Files that are open stay
 * so. Without `network`, no TCP connection. NULL, or in words what the system lacks. */
const char *sandbox_files(const char *const *reads, const char *const *writes, bool network);

#endif
