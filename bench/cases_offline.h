// Workers who come back into the network at the same moment, for cases_bench: each sends what was queued on
// the phone as one request, twice, since the first answer may have been lost on the way.
#pragma once

#include <barrier>
#include <mutex>

#include "bench/cases_rush.h"
#include "http/server.h"
#include "modules/cases/cases_routes.h"

namespace jingwei::bench {

inline constexpr int actions_queued = 5;  // of each worker

// A report and a word about it, and a case that was taken, noted and done.
inline std::string queue_of(int grid, const std::string& device, CaseId given) {
  JsonWriter json(1'024);
  int sequence = 0;
  const auto action = [&](const char* kind, const auto& rest) {
    json.begin_object();
    json.member("sequence", ++sequence);
    json.member("kind", kind);
    rest();
    json.end_object();
  };
  const auto act = [&](const char* transition) {
    json.member("case", given.to_string());
    json.member("version", World::given_version);
    json.member("action", transition);
  };
  json.begin_object();
  json.member("device", device);
  json.key("actions");
  json.begin_array();
  action("open", [&] {
    json.member("process", "event");
    json.key("form");
    json.raw(R"({"kind":"lamp","words":"坏","grid":")" + grid_code(grid) + R"("})");
  });
  action("comment", [&] {
    json.member("after", 1);
    json.member("words", "灯罩也坏了");
  });
  action("act", [&] { act("take"); });
  action("comment", [&] {
    json.member("case", given.to_string());
    json.member("words", "已到现场");
  });
  action("act", [&] {
    act("done");
    json.key("form");
    json.raw(R"({"result":"已更换灯泡"})");
  });
  json.end_array();
  json.end_object();
  JW_ASSERT(sequence == actions_queued);
  return json.take();
}

inline int times(std::string_view text, std::string_view part) {
  int count = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size()))
    ++count;
  return count;
}

inline void offline(World& world, const std::string& storage) {
  constexpr int workers = grids, actions = workers * actions_queued;
  http::Options options;
  options.workers = http::program_workers;
  // Whom a phone belongs to is believed here: sign-in has a benchmark of its own.
  options.authorise = [&world](http::Request& request, const http::Route&) -> Result<void> {
    const int grid = std::atoi(std::string(request.header("Bench-Grid")).c_str());
    request.caller = person(World::worker_of(grid), "worker", world.region(grid_code(grid)));
    return {};
  };
  CasesRoutes routes(world.service(), real_file_system(), "/tmp");
  http::Server server(std::move(options), routes.routes());
  must(server.start());
  allow_connections(workers);
  std::vector<std::string> queues;
  for (int grid = 1; grid <= workers; ++grid)
    queues.push_back(queue_of(grid, "device-" + storage + std::to_string(grid), world.given(grid).one.id));
  const std::int64_t cases_before = world.stored_cases(), steps_before = world.stored_steps();

  std::atomic<int> done = 0, told_again = 0, turned_away = 0, cut = 0;
  std::mutex mutex;
  std::vector<double> times_ms;
  std::barrier together(workers + 1);
  std::vector<std::thread> pool;
  for (int grid = 1; grid <= workers; ++grid) {
    pool.emplace_back([&, grid] {
      Connection connection(server.port());
      const std::string who = "Bench-Grid: " + std::to_string(grid) + "\r\n";
      const std::string& queue = queues[static_cast<std::size_t>(grid - 1)];
      together.arrive_and_wait();
      for (int time = 0; time < 2; ++time) {
        const auto begin = SteadyClock::now();
        int status = 0;
        while ((status = connection.post("/api/v1/case-sync", queue, who)) == 429) ++turned_away;
        if (status == 0) ++cut;
        if (status != 200) return;
        done += times(connection.answer, R"("outcome":"done")");
        told_again += times(connection.answer, R"("outcome":"done_before")");
        const std::lock_guard lock(mutex);
        times_ms.push_back(std::chrono::duration<double, std::milli>(SteadyClock::now() - begin).count());
      }
    });
  }
  together.arrive_and_wait();
  const auto begin = SteadyClock::now();
  for (auto& thread : pool) thread.join();
  const double taken = std::chrono::duration<double>(SteadyClock::now() - begin).count();
  report("offline_actions_" + storage, "actions/s", (done + told_again) / taken);
  if (!times_ms.empty()) report("offline_queue_p99_" + storage, "ms", at_share(times_ms, 0.99));
  report("offline_turned_away_" + storage, "answers", turned_away);
  report("offline_cut_" + storage, "connections", cut);
  // Of each queue's two answers the first says "done" and the second "done before", action by action.
  report("offline_answers_otherwise_" + storage, "answers",
         std::abs(actions - done) + std::abs(actions - told_again));
  report("offline_cases_beyond_once_each_" + storage, "cases",
         static_cast<double>(world.stored_cases() - cases_before - workers));
  report("offline_steps_beyond_once_each_" + storage, "steps",
         static_cast<double>(world.stored_steps() - steps_before - actions));
}

}  // namespace jingwei::bench
