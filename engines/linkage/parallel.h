// Work on a few threads whose result does not depend on how many there are.
#pragma once

#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace jingwei::linkage {

// Calls work(0) … work(count - 1), each once, on up to `threads` threads; returns when all are done. `work`
// must not throw and must write only what belongs to its index.
template <typename Work>
void in_parallel(std::size_t count, unsigned threads, const Work& work) {
  std::atomic<std::size_t> next = 0;
  const auto run = [&] {
    for (std::size_t at = next++; at < count; at = next++) work(at);
  };
  std::vector<std::thread> others;
  for (unsigned thread = 1; thread < threads && thread < count; ++thread) others.emplace_back(run);
  run();
  for (auto& other : others) other.join();
}

}  // namespace jingwei::linkage
