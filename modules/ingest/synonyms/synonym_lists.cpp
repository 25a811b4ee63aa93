#include "modules/ingest/synonyms/synonym_lists.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "modules/ingest/cleaning/cleaning.h"
#include "modules/ingest/repair/refused_seal.h"
#include "modules/ingest/sql.gen.h"

namespace jingwei::ingest {

namespace {

constexpr std::size_t suggested_points = 20;
constexpr std::ptrdiff_t suggested_digits = 4;

Result<const catalog::Field*> choice_field(const catalog::Entry& entry, const std::string& name) {
  const catalog::Field* field = entry.resource.field(name);
  if (field != nullptr && field->type == catalog::FieldType::choice) return field;
  return Error(ErrorCode::not_found, "ingest.no_choice_field")
      .with("field", name)
      .with("resource", entry.resource.id);
}

// The words that the definition itself gives its choices, as they are compared.
std::map<std::string, std::string> own_words(const catalog::Field& field) {
  std::map<std::string, std::string> words;
  for (const auto& choice : field.choices) {
    words.emplace(normal_word(choice.id), choice.id);
    words.emplace(normal_word(choice.title.zh), choice.id);
    words.emplace(normal_word(choice.title.en), choice.id);
    for (const auto& also : choice.also) words.emplace(normal_word(also), choice.id);
  }
  return words;
}

struct Wanted {
  std::string word, choice;
};

// By the form in which words are compared. Errors name the word at fault.
Result<std::map<std::string, Wanted>> checked(const SynonymEdit& edit, const catalog::Field& field) {
  if (edit.words.size() > limits::synonym_words)
    return Error(ErrorCode::invalid, "ingest.synonyms_too_many")
        .with("most", std::to_string(limits::synonym_words))
        .at("/words");
  const auto own = own_words(field);
  std::map<std::string, Wanted> wanted;
  for (std::size_t at = 0; at < edit.words.size(); ++at) {
    const std::string& raw = edit.words[at].word;
    const std::string& choice = edit.words[at].choice;
    const auto fault = [&](const char* message) {
      return Error(ErrorCode::invalid, message)
          .with("word", raw)
          .with("choice", choice)
          .at("/words/" + std::to_string(at));
    };
    const std::string word = text::squeeze(raw);
    const std::string normal = normal_word(word);
    if (normal.empty()) return fault("ingest.synonym_empty");
    if (text::code_points(word).size() > limits::synonym_length)
      return fault("ingest.synonym_too_long").with("most", std::to_string(limits::synonym_length));
    if (std::none_of(field.choices.begin(), field.choices.end(),
                     [&](const auto& one) { return one.id == choice; }))
      return fault("ingest.synonym_of_nothing");
    if (own.contains(normal)) return fault("ingest.synonym_is_choice");
    if (!wanted.emplace(normal, Wanted{word, choice}).second) return fault("ingest.synonym_doubled");
  }
  return wanted;
}

}  // namespace

Result<Synonyms> read_synonyms(storage::Store& store, const std::string& resource) {
  Synonyms words;
  JW_ASSIGN(auto reader, store.read());
  const storage::Value key = resource;
  JW_TRY(reader->query(sql::synonyms_of_resource, std::span(&key, 1), [&](const storage::Row& row) {
    words.push_back({std::string(row.text(0)), std::string(row.text(1)), std::string(row.text(2)),
                     std::string(row.text(3)), from_micros(row.integer(4))});
    return true;
  }));
  return words;
}

Result<std::vector<SynonymList>> SynonymLists::all(const std::string& resource) const {
  const IngestParts& parts = service_.parts();
  JW_ASSIGN(const catalog::Entry* entry, parts.catalog.find(resource));
  std::vector<SynonymList> lists;
  for (const auto& field : entry->resource.fields) {
    if (field.type == catalog::FieldType::choice) lists.push_back({field.name, 0, "", std::nullopt, {}});
  }
  const auto list_of = [&](std::string_view field) -> SynonymList* {
    const auto found =
        std::find_if(lists.begin(), lists.end(), [&](const auto& list) { return list.field == field; });
    return found == lists.end() ? nullptr : &*found;
  };
  {
    JW_ASSIGN(auto reader, parts.store.read());
    const storage::Value key = resource;
    JW_TRY(reader->query(sql::synonym_lists_of_resource, std::span(&key, 1), [&](const storage::Row& row) {
      if (SynonymList* list = list_of(row.text(0))) {
        list->version = row.integer(1);
        list->changed_by = row.text(2);
        list->changed_at = from_micros(row.integer(3));
      }
      return true;
    }));
  }
  JW_ASSIGN(auto words, read_synonyms(parts.store, resource));
  for (auto& word : words) {
    if (SynonymList* list = list_of(word.field)) list->words.push_back(std::move(word));
  }
  return lists;
}

Result<SynonymList> SynonymLists::find(const std::string& resource, const std::string& field) const {
  JW_ASSIGN(const catalog::Entry* entry, service_.parts().catalog.find(resource));
  JW_TRY(choice_field(*entry, field));
  JW_ASSIGN(auto lists, all(resource));
  for (auto& list : lists) {
    if (list.field == field) return std::move(list);
  }
  return Error(ErrorCode::not_found, "ingest.no_choice_field")
      .with("field", field)
      .with("resource", resource);
}

Result<SynonymList> SynonymLists::put(const SynonymEdit& edit, const WriteRequest& request) const {
  const IngestParts& parts = service_.parts();
  JW_ASSIGN(const catalog::Entry* entry, parts.catalog.find_receiving(edit.resource));
  JW_ASSIGN(const catalog::Field* field, choice_field(*entry, edit.field));
  JW_ASSIGN(auto wanted, checked(edit, *field));
  JW_ASSIGN(const SynonymList standing, find(edit.resource, edit.field));
  const auto changed = [&] {
    return Error(ErrorCode::conflict, "ingest.synonyms_changed")
        .with("field", edit.field)
        .with("resource", edit.resource);
  };
  if (standing.version != edit.version) return changed();

  const std::int64_t now = to_micros(parts.clock.now());
  storage::Change change;
  if (edit.version == 0) {
    change.writes.push_back({&sql::add_synonym_list, {edit.resource, edit.field, request.actor, now}, 1});
  } else {
    change.writes.push_back(
        {&sql::move_synonym_list, {edit.resource, edit.field, edit.version, request.actor, now}, 1});
  }
  std::int64_t dropped = 0;
  for (const auto& word : standing.words) {
    const std::string normal = normal_word(word.word);
    const auto found = wanted.find(normal);
    if (found != wanted.end() && found->second.choice == word.choice && found->second.word == word.word) {
      wanted.erase(found);
      continue;
    }
    ++dropped;
    change.writes.push_back({&sql::drop_synonym, {edit.resource, edit.field, normal}, 1});
  }
  for (const auto& [normal, one] : wanted) {
    change.writes.push_back({&sql::add_synonym,
                             {edit.resource, edit.field, normal, one.word, one.choice, request.actor, now},
                             1});
  }
  JsonWriter details;
  details.begin_object();
  details.member("added", wanted.size());
  details.member("removed", dropped);
  details.end_object();
  change.audit.push_back({request.actor, "synonyms.put", edit.resource + "/" + edit.field, details.take()});
  auto committed = parts.store.commit(std::move(change));
  if (!committed) {
    if (committed.error().code == ErrorCode::conflict) return changed();
    return std::move(committed).error();
  }
  return find(edit.resource, edit.field);
}

Result<std::vector<UnknownWord>> SynonymLists::unknown_words(const std::string& resource,
                                                             const std::string& field) const {
  const IngestParts& parts = service_.parts();
  JW_ASSIGN(const catalog::Entry* entry, parts.catalog.find(resource));
  JW_TRY(choice_field(*entry, field));
  struct Seen {
    BatchId batch;
    std::string original;
  };
  std::vector<Seen> rows;
  std::optional<Error> fault;
  {
    JW_ASSIGN(auto reader, parts.store.read());
    const std::array<storage::Value, 3> parameters = {resource, field,
                                                      static_cast<std::int64_t>(limits::suggested_rows)};
    JW_TRY(reader->query(sql::unknown_choice_rows, parameters, [&](const storage::Row& row) {
      const RefusedSeal seal{resource, BatchId(row.integer(0)), row.integer(1),
                             row.is_null(3) ? 0 : row.integer(3)};
      auto original = seal.open(parts.sealer, "original", row.blob(2));
      if (!original) {
        fault = std::move(original).error();
        return false;
      }
      rows.push_back({BatchId(row.integer(0)), std::move(*original)});
      return true;
    }));
  }
  if (fault) return *fault;
  std::map<BatchId, RefusedCutter> cutters;
  std::map<std::string, UnknownWord> words;
  for (const auto& row : rows) {
    if (!cutters.contains(row.batch)) {
      JW_ASSIGN(const BatchView view, service_.find_batch(row.batch));
      JW_ASSIGN(auto cutter, service_.refused_cutter(view.batch));
      cutters.emplace(row.batch, std::move(cutter));
    }
    for (const auto& [name, value] : cutters.at(row.batch).fields_of(row.original)) {
      const std::string word = text::squeeze(value);
      const auto digits =
          std::count_if(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
      if (name != field || word.empty() || digits > suggested_digits ||
          text::code_points(word).size() > suggested_points) {
        continue;
      }
      auto& seen = words[normal_word(word)];
      if (seen.rows++ == 0) seen.word = word;
    }
  }
  JW_ASSIGN(const auto known, find(resource, field));
  for (const auto& word : known.words) words.erase(normal_word(word.word));
  std::vector<UnknownWord> sorted;
  for (auto& [normal, word] : words) sorted.push_back(std::move(word));
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.rows > b.rows; });
  return sorted;
}

}  // namespace jingwei::ingest
