// Text messages go out through a gateway of the city's own: a program that sends what it finds in a folder.
#pragma once

#include <string>

#include "base/result.h"

namespace jingwei::identity {

// Thread-safe.
class TextGateway {
 public:
  virtual ~TextGateway() = default;
  // Hands a message over. Errors: unavailable.
  virtual Result<void> send(const std::string& phone, const std::string& words) = 0;
};

// One JSON line {"to","text"} per message in <folder>/texts.jsonl, readable by the owner alone; the gateway
// takes the file away by renaming it.
class FileGateway final : public TextGateway {
 public:
  explicit FileGateway(std::string folder) : folder_(std::move(folder)) {}
  Result<void> send(const std::string& phone, const std::string& words) override;

 private:
  std::string folder_;
};

}  // namespace jingwei::identity
