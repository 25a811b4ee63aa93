// JSON held as a light tree whose numbers keep the digits they were written with: FHIR tells 1.0 from 1.00.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "modules/ingest/cleaning/arena.h"
#include "modules/ingest/reading/row_reader.h"

namespace jingwei::ingest {

using JsonId = std::uint32_t;  // of a value in its tree
inline constexpr JsonId no_json = ~JsonId{0};

enum class JsonKind : std::uint8_t { object, array, text, number, boolean, null };

struct JsonNode {
  std::string_view key;    // of a member; empty in arrays
  std::string_view text;   // of what is neither object nor array: unescaped text, or the token as written
  JsonId first = no_json;  // child
  JsonId next = no_json;   // sibling
  JsonKind kind = JsonKind::null;
  bool doubled = false;  // here or below a key stands twice
};

enum class JsonFault : std::uint8_t { broken, deep };

// Holds several documents one after another. Not thread-safe. Views live as long as the tree, up to clear().
class JsonTree {
 public:
  JsonTree();
  ~JsonTree();

  // Reads one document; returns its root. Behind `text` stand LineBuffer::padding readable bytes; it need not
  // be kept. What a faulty document left behind is taken away again. `depth` is the most that may nest.
  std::optional<JsonId> add(std::string_view text, std::size_t depth, JsonFault& fault);
  void clear();

  const JsonNode& operator[](JsonId id) const { return nodes_[id]; }
  // The first member of that key; no_json where there is none or no object.
  JsonId member(JsonId object, std::string_view key) const;
  // The text of that member when it is text; else empty.
  std::string_view text(JsonId object, std::string_view key) const;

 private:
  struct Reader;

  std::vector<JsonNode> nodes_;
  Arena texts_;
  std::unique_ptr<Reader> reader_;
};

}  // namespace jingwei::ingest
