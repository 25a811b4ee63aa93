// Guards against archives made to burst: a small file that unpacks to a disk full of zeros.
#pragma once

#include <cstdint>

#include "base/limits.h"
#include "base/result.h"

namespace jingwei::ingest {

// Whether `unpacked` bytes out of `packed` are more than any table gives. Deflate reaches 1032 : 1 on zeros;
// rows of people stay below 30 : 1. Source of the habit: the zip bombs of bamsoftware.com/hacks/zipbomb.
inline bool bursts(std::uint64_t packed, std::uint64_t unpacked) {
  if (unpacked > limits::unpacked_bytes) return true;
  return unpacked > limits::unpack_ratio_from_bytes && unpacked / limits::unpack_ratio > packed;
}

inline Error burst_error() {
  return Error(ErrorCode::too_large, "ingest.unpacks_too_large")
      .with("ratio", std::to_string(limits::unpack_ratio))
      .with("gigabytes", std::to_string(limits::unpacked_bytes >> 30));
}

}  // namespace jingwei::ingest
