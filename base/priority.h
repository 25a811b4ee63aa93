// Which threads go first when there are more of them than cores.
#pragma once

namespace jingwei {

// The calling thread works behind those that somebody waits for: reading and cleaning of files, linking. On
// Linux each thread has a niceness of its own.
void come_behind();

}  // namespace jingwei
