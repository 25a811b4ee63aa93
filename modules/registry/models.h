// Versions of the linkage model: learned from the records that stand, kept, compared with what stands, put in
// force.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "modules/registry/links.h"
#include "modules/registry/people_index.h"

namespace jingwei::registry {

enum class ModelState : std::uint8_t { learning, ready, comparing, compared, failed };
std::string_view name_of(ModelState state);

// What a version would change of the links that stand.
struct ModelChanges {
  std::int64_t records = 0;
  std::int64_t persons_before = 0, persons_after = 0, unchanged = 0;
  std::int64_t merged = 0, split = 0, rearranged = 0;
  std::int64_t pairs_gained = 0, pairs_lost = 0;
};

// What made learning doubtful (linkage::Warning): of which trait, how many times. Values are not kept.
struct ModelWarning {
  std::string kind, trait;
  std::int64_t count = 0;
};

struct ModelVersion {
  std::int64_t version = 0;
  ModelState state = ModelState::learning;
  std::string name;  // of its bytes; the same bytes have the same
  std::string actor;
  Instant made_at{};
  std::int64_t records = 0;  // it was learned from
  double seconds = 0;
  Bounds bounds;
  std::optional<ModelChanges> changes;
  std::optional<Instant> activated_at;
  std::string fault;  // message id
  std::vector<ModelWarning> warnings;
  double progress = 1;  // of work this process does on it now
};

// Thread-safe. One of these jobs runs at a time, on a thread of its own, by one process (lease).
class Models {
 public:
  Models(const RegistryParts& parts, const Resources& resources) : parts_(parts), resources_(resources) {}
  ~Models() { stop(); }

  // Begins to learn a version. Errors: conflict "registry.job_running"; the store's.
  Result<ModelVersion> learn(const ingest::WriteRequest& request);
  // Begins to compare one with what stands. Errors: not_found, conflict "registry.job_running",
  // "registry.model_not_ready".
  Result<ModelVersion> compare(std::int64_t version, const ingest::WriteRequest& request);
  // Puts one in force; 0 is identifiers alone. All records are gone through again. Errors: not_found;
  // conflict "registry.model_not_ready", "registry.model_in_force", "registry.model_not_compared" (links of
  // another model stand).
  Result<ModelVersion> activate(std::int64_t version, const ingest::WriteRequest& request);

  Result<std::vector<ModelVersion>> list() const;  // newest first
  Result<ModelVersion> find(std::int64_t version) const;
  // Errors: not_found, corrupt, gone.
  Result<std::shared_ptr<const linkage::Model>> load(std::int64_t version) const;

  void stop();
  // Until the job under way is done; for tests and commands.
  void wait();

 private:
  Result<void> begin(std::function<Result<void>()> work, std::int64_t version, ModelState doing);
  Result<void> run_learning(std::int64_t version);
  Result<void> run_comparing(std::int64_t version);
  Result<double> count_persons() const;
  Result<void> each_telling(const std::function<void(const Telling&)>& take);
  void fail(std::int64_t version, const Error& error);

  const RegistryParts& parts_;
  const Resources& resources_;
  std::mutex mutex_;
  std::thread thread_;
  std::atomic<bool> stopping_{false}, running_{false};
  std::atomic<std::int64_t> working_on_{0};
  std::atomic<ModelState> doing_{ModelState::learning};
  std::atomic<double> progress_{0};
};

}  // namespace jingwei::registry
