// Compound files ([MS-CFB], version 3) put together in memory: what Office wrote of old, and what it wraps
// locked documents in.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/made_files.h"

namespace jingwei::testing {

// How far the sectors of the directory lie from one another, in bytes.
struct CompoundLayout {
  std::size_t apart = 0;
};

// Streams by name, each filled up to 4,096 bytes (smaller ones would stand in a stream of their own kind).
inline std::string made_compound(const std::vector<NamedText>& streams, CompoundLayout layout = {}) {
  constexpr std::uint32_t end = 0xFFFFFFFE, unused = 0xFFFFFFFF, table_mark = 0xFFFFFFFD,
                          chain_mark = 0xFFFFFFFC;
  constexpr std::size_t sector = 512, entry = 128, smallest = 4'096, in_header = 109;
  const auto put = [](std::string& bytes, std::size_t at, std::uint64_t value, std::size_t size) {
    for (std::size_t byte = 0; byte < size; ++byte)
      bytes[at + byte] = static_cast<char>(value >> (8 * byte) & 0xFFU);
  };
  std::vector<std::string> sectors;
  std::vector<std::uint32_t> next;
  const auto add = [&](std::string bytes) {
    bytes.resize((bytes.size() + sector - 1) / sector * sector);
    const auto first = static_cast<std::uint32_t>(sectors.size());
    for (std::size_t at = 0; at < bytes.size(); at += sector) {
      sectors.push_back(bytes.substr(at, sector));
      next.push_back(static_cast<std::uint32_t>(sectors.size()));
    }
    next.back() = end;
    return first;
  };
  std::string directory;
  const auto name_entry = [&](const std::string& name, char kind, std::uint32_t first, std::size_t size) {
    std::string made(entry, '\0');
    for (std::size_t at = 0; at < name.size(); ++at) made[at * 2] = name[at];
    put(made, 64, (name.size() + 1) * 2, 2);
    made[66] = kind;
    made[67] = 1;
    for (const std::size_t link : {68, 72, 76}) put(made, link, unused, 4);
    put(made, 116, first, 4);
    put(made, 120, size, 8);
    directory += made;
  };
  name_entry("Root Entry", 5, end, 0);
  for (auto [name, bytes] : streams) {
    bytes.resize(std::max(bytes.size(), smallest));
    const std::size_t size = bytes.size();
    name_entry(name, 2, add(std::move(bytes)), size);
  }
  while (directory.size() % sector != 0) directory += std::string(entry, '\0');
  std::uint32_t first = end, before = end;
  for (std::size_t at = 0; at < directory.size(); at += sector) {
    if (layout.apart > 0) add(std::string(layout.apart, 'x'));
    const std::uint32_t here = add(directory.substr(at, sector));
    if (before == end) {
      first = here;
    } else {
      next[before] = here;
    }
    before = here;
  }
  std::size_t tables = 0, chain = 0;
  for (std::size_t wanted = 1; tables != wanted;) {
    tables = wanted;
    chain = tables > in_header ? (tables - in_header + 126) / 127 : 0;
    wanted = (sectors.size() + tables + chain + 127) / 128;
  }
  const auto tables_at = static_cast<std::uint32_t>(sectors.size());
  next.insert(next.end(), tables, table_mark);
  next.insert(next.end(), chain, chain_mark);
  next.resize(tables * 128, unused);
  std::string header(sector, '\0');
  header.replace(0, 8, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
  put(header, 24, 0x3E, 2);
  put(header, 26, 3, 2);
  put(header, 28, 0xFFFE, 2);
  put(header, 30, 9, 2);
  put(header, 32, 6, 2);
  put(header, 44, tables, 4);
  put(header, 48, first, 4);
  put(header, 56, smallest, 4);
  put(header, 60, end, 4);
  put(header, 68, chain > 0 ? tables_at + tables : end, 4);
  put(header, 72, chain, 4);
  std::string chained(chain * sector, '\xFF');
  for (std::size_t at = 0; at < std::max(tables, in_header); ++at) {
    const std::uint64_t place = at < tables ? tables_at + at : unused;
    if (at < in_header) {
      put(header, 76 + at * 4, place, 4);
    } else {
      put(chained, (at - in_header) / 127 * sector + (at - in_header) % 127 * 4, place, 4);
    }
  }
  for (std::size_t at = 0; at < chain; ++at)
    put(chained, at * sector + 508, at + 1 < chain ? tables_at + tables + at + 1 : end, 4);
  std::string bytes = header;
  for (const auto& one : sectors) bytes += one;
  for (const std::uint32_t one : next) {
    std::string number(4, '\0');
    put(number, 0, one, 4);
    bytes += number;
  }
  return bytes + chained;
}

// A workbook under a password as Office and LibreOffice write it (ECMA-376 agile encryption, [MS-OFFCRYPTO]
// 2.3.4.10): what tells how, and the package itself.
inline std::string locked_workbook(CompoundLayout layout = {}) {
  const std::string info = std::string("\4\0\4\0\x40\0\0\0", 8) +
                           R"(<?xml version="1.0" encoding="UTF-8" standalone="yes"?><encryption xmlns=)"
                           R"("http://schemas.microsoft.com/office/2006/encryption"><keyData saltSize="16" )"
                           R"(blockSize="16" keyBits="256" hashSize="64" cipherAlgorithm="AES" )"
                           R"(cipherChaining="ChainingModeCBC" hashAlgorithm="SHA512"/></encryption>)";
  return made_compound({{"\6DataSpaces", ""},
                        {"Version", ""},
                        {"DataSpaceMap", ""},
                        {"StrongEncryptionDataSpace", ""},
                        {"\6Primary", ""},
                        {"EncryptionInfo", info},
                        {"EncryptedPackage", std::string(20'000, '\x5A')}},
                       layout);
}

// A workbook of Excel 97 to 2003 (BIFF8).
inline std::string old_workbook(CompoundLayout layout = {}) {
  std::string wide;  // text in it that is no stream of this name
  for (const char c : std::string_view("EncryptedPackage")) wide += {c, '\0'};
  return made_compound({{"Workbook", std::string("\x09\x08\x10\0\0\6\5\0", 8)},
                        {"\5SummaryInformation", ""},
                        {"\5DocumentSummaryInformation", wide},
                        {"\1CompObj", ""}},
                       layout);
}

}  // namespace jingwei::testing
