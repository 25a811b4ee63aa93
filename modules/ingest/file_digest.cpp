#include "modules/ingest/file_digest.h"

#include <openssl/evp.h>

#include "base/limits.h"

namespace jingwei::ingest {

Result<FileDigest> digest_of(FileSystem& files, const std::string& path) {
  JW_ASSIGN(auto file, files.open(path, OpenMode::read));
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  JW_ASSERT(EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1);
  std::vector<std::byte> buffer(1 << 20);
  FileDigest digest;
  for (;;) {
    JW_ASSIGN(const std::size_t got, file->read(static_cast<std::uint64_t>(digest.bytes), buffer));
    if (got == 0) break;
    JW_ASSERT(EVP_DigestUpdate(context.get(), buffer.data(), got) == 1);
    digest.bytes += static_cast<std::int64_t>(got);
    if (static_cast<std::uint64_t>(digest.bytes) > limits::upload_bytes) {
      return Error(ErrorCode::too_large, "file.too_large")
          .with("path", path)
          .with("limit", std::to_string(limits::upload_bytes));
    }
  }
  digest.sha256.resize(32);
  JW_ASSERT(EVP_DigestFinal_ex(context.get(), reinterpret_cast<unsigned char*>(digest.sha256.data()),
                               nullptr) == 1);
  return digest;
}

}  // namespace jingwei::ingest
