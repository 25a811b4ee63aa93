// The resources that tell of subjects, by the short numbers that links name them with.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "modules/registry/parts.h"
#include "modules/registry/telling.h"

namespace jingwei::registry {

struct KnownResource {
  std::string id;
  std::int64_t number = 0;
  std::int64_t before = 0;  // records from here on are linked; see registry_resource
  bool done = false;
};

// Thread-safe.
class Resources {
 public:
  explicit Resources(const RegistryParts& parts) : parts_(parts) {}

  // Reads what stands and gives a number to each resource that tells of subjects and has none. Errors: the
  // store's.
  Result<void> refresh();
  // As read last. Empty id, number 0: not known.
  KnownResource of(const std::string& id) const;
  KnownResource numbered(std::int64_t number) const;
  std::vector<KnownResource> all() const;

  // What the records of a resource tell of, by its definition as it stands; none: of nobody.
  std::vector<Part> parts_of(const std::string& resource) const;

 private:
  const RegistryParts& parts_;
  mutable std::mutex mutex_;
  std::map<std::string, KnownResource> known_;
  std::map<std::int64_t, std::string> by_number_;
};

}  // namespace jingwei::registry
