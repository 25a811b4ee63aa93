// What sources need from around them, and what every kind of source does.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "modules/ingest/ingest_service.h"
#include "modules/source/allowed.h"
#include "modules/source/source.h"

namespace jingwei::source {

// All must outlive the service.
struct SourceParts {
  ingest::IngestService& ingest;
  storage::Store& store;
  const storage::Sealer& sealer;
  FileSystem& files;
  const Clock& clock;
  const Zone& zone;
  Allowed allowed;
  std::string folder;  // where messages and rows wait until their batch is made; of this hub alone
  std::string owner;   // this process, for leases
};

// One live source. `look` and `batch_failed` are called by one thread at a time, `hinted` by any.
class Intake {
 public:
  virtual ~Intake() = default;
  // Takes what is there and hands it over (handover.h). True when something was taken. `alive` renews the
  // source's lease and answers false when the work should end.
  // Errors: what the operator must know of: out of reach, not permitted, disk full.
  virtual Result<bool> look(const Source& source, const std::function<bool()>& alive) = 0;
  // A batch handed over by this source could not be read.
  virtual void batch_failed(const Run& run, const Error& why) {
    static_cast<void>(run);
    static_cast<void>(why);
  }
  // Whether something may have come since the last look.
  virtual bool hinted() { return false; }
  // Time between two looks.
  virtual std::chrono::milliseconds rhythm() const = 0;
};

// What a test of a connection found, in words an operator checks: file names, columns, the broker's greeting.
struct Trial {
  std::vector<std::string> found;
};

// Whose the source is: its resource's provider, or of one without a resource as it was added.
std::string department_of(const Source& source, const SourceParts& parts);
// Values of `source.settings` with its opened secrets laid over them. Errors: the sealer's.
Result<Settings> opened_settings(const SourceParts& parts, const Source& source);
std::string sealed_secrets(const SourceParts& parts, SourceId id, const Settings& secrets);

}  // namespace jingwei::source
