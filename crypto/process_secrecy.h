// Keeps a process's memory, where keys and opened values stand, out of core files and other processes' reach.
#pragma once

namespace jingwei::crypto {

// Makes the process not dumpable (no core file, no ptrace by its own user, /proc/<pid>/mem closed) and sets
// its core limit to zero for programs it starts. Never fails: what the system refuses stays as it was.
// See prctl(2), PR_SET_DUMPABLE.
void forbid_dumps();

}  // namespace jingwei::crypto
