// The whole country for tests of addresses: read once; null when it is not at hand.
#pragma once

#include <filesystem>
#include <memory>

#include "base/file_system.h"
#include "modules/ingest/address/address_index.h"

namespace jingwei::ingest::testing {

inline std::shared_ptr<const AddressIndex> national_index() {
  static const std::shared_ptr<const AddressIndex> index = []() -> std::shared_ptr<const AddressIndex> {
    const std::string programs = std::filesystem::read_symlink("/proc/self/exe").parent_path().string();
    const auto path = region::find_region_file(real_file_system(), programs);
    if (!path) return nullptr;
    auto file = region::TreeFile::open(real_file_system(), *path);
    return file ? std::make_shared<const AddressIndex>(region::Tree::from_file(*std::move(file))) : nullptr;
  }();
  return index;
}

}  // namespace jingwei::ingest::testing
