// Work on a few threads whose result does not depend on how many there are.
#pragma once

#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace jingwei::linkage {

// As in_parallel, with something that each thread makes once and work(of the thread, index) uses: room that
// is dear to make, whose contents must not change what comes out.
template <typename Make, typename Work>
void in_parallel_with(std::size_t count, unsigned threads, const Make& make, const Work& work) {
  std::atomic<std::size_t> next = 0;
  const auto run = [&] {
    std::size_t at = next++;
    if (at >= count) return;
    auto own = make();
    for (; at < count; at = next++) work(own, at);
  };
  std::vector<std::thread> others;
  for (unsigned thread = 1; thread < threads && thread < count; ++thread) others.emplace_back(run);
  run();
  for (auto& other : others) other.join();
}

// Calls work(0) … work(count - 1), each once, on up to `threads` threads; returns when all are done. `work`
// must not throw and must write only what belongs to its index.
template <typename Work>
void in_parallel(std::size_t count, unsigned threads, const Work& work) {
  in_parallel_with(
      count, threads, [] { return 0; }, [&](int, std::size_t at) { work(at); });
}

}  // namespace jingwei::linkage
