#include "base/priority.h"

#include <sys/resource.h>
#include <unistd.h>

namespace jingwei {

void come_behind() {
  constexpr int niceness = 10;
  static_cast<void>(setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), niceness));
}

}  // namespace jingwei
