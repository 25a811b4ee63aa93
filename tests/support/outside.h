// Where tests find what is not part of the source: the compiled country and outside data with known answers.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

namespace jingwei::testing {

// JINGWEI_REGION_FILE, else the file this build makes; nothing when neither is there. Define
// JINGWEI_BUILT_REGIONS for the test.
inline std::optional<std::string> region_file(const char* built) {
  if (const char* named = std::getenv("JINGWEI_REGION_FILE"); named != nullptr && *named != '\0')
    return named;  // NOLINT(concurrency-mt-unsafe)
  std::error_code fault;
  if (std::filesystem::exists(built, fault)) return built;
  return std::nullopt;
}

// JINGWEI_EXTERN, else ../shared/extern beside the source tree; nothing when `path` is not in it.
inline std::optional<std::string> outside_file(const std::string& path) {
  const char* named = std::getenv("JINGWEI_EXTERN");  // NOLINT(concurrency-mt-unsafe)
  const std::string whole =
      (named != nullptr && *named != '\0' ? std::string(named)
                                          : std::string(JINGWEI_SOURCE_DIR "/../shared/extern")) +
      "/" + path;
  std::error_code fault;
  if (!std::filesystem::exists(whole, fault)) return std::nullopt;
  return whole;
}

}  // namespace jingwei::testing
