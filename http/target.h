// Request targets: path and query apart, percent-decoding, segments.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace jingwei::http {

struct Target {
  std::string_view raw_path;
  std::string_view query;  // without '?'
};

// Cuts a target; of the absolute form (http://host/path) only path and query are kept.
Target cut_target(std::string_view target);

// Splits `raw_path` at '/', decodes each segment. Views point into `raw_path`, or into `scratch` when
// something was decoded; `path` is the decoded whole. False for paths no handler should see: not starting
// with '/', bad escapes, control characters, NUL,
// "." and ".." segments, text that is not UTF-8.
bool split_path(std::string_view raw_path, std::string& scratch, std::vector<std::string_view>& segments,
                std::string_view& path);

}  // namespace jingwei::http
