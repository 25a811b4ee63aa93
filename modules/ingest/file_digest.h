// What tells two files apart: their bytes.
#pragma once

#include <string>

#include "base/file_system.h"

namespace jingwei::ingest {

struct FileDigest {
  std::string sha256;  // 32 bytes
  std::int64_t bytes = 0;
};

// Reads the file once, in bounded memory. Errors: the file's; too_large beyond limits::upload_bytes.
Result<FileDigest> digest_of(FileSystem& files, const std::string& path);

}  // namespace jingwei::ingest
