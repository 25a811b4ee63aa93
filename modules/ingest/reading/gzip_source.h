// gzip (RFC 1952), unpacked as it is read.
#pragma once

#include <memory>

#include "modules/ingest/reading/encoding.h"

namespace jingwei::ingest {

// Members that follow one another are one text, as gzip has it; zero bytes behind the last one are padding.
// What stands before damage is given first, then the error. Errors: invalid ("ingest.gzip_truncated",
// "ingest.gzip_damaged"), too_large ("ingest.unpacks_too_large"), those of the source.
std::unique_ptr<ByteSource> gunzip(std::unique_ptr<ByteSource> source);

}  // namespace jingwei::ingest
