// SHA-256: equality hashes, the texts of landed migrations, files and rows of a backup.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace jingwei::storage {

std::string sha256(std::string_view bytes);      // 32 bytes
std::string sha256_hex(std::string_view bytes);  // 64 digits
std::string hex_of(std::string_view bytes);      // two lower-case digits a byte

// Bytes that come piece by piece.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void add(std::string_view bytes);
  std::string finish();  // 32 bytes; begins anew

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// One number for a set of rows in whatever order: the SHA-256 of each row's canonical bytes (row_file.h),
// added up modulo 2^256, and how many there are.
class RowsDigest {
 public:
  RowsDigest();
  ~RowsDigest();
  RowsDigest(const RowsDigest&) = delete;
  RowsDigest& operator=(const RowsDigest&) = delete;
  void add(std::string_view row);
  std::int64_t rows() const { return rows_; }
  std::string hex() const;  // 64 digits, the highest first

 private:
  std::unique_ptr<Sha256> hasher_;
  std::array<std::uint64_t, 4> sum_{};  // the lowest first
  std::int64_t rows_ = 0;
};

}  // namespace jingwei::storage
