// Reading and changing the synonym lists of a resource's choice fields.
#pragma once

#include <string>
#include <vector>

#include "modules/ingest/ingest_service.h"
#include "modules/ingest/synonyms/synonyms.h"

namespace jingwei::ingest {

// A list as somebody wants it to be.
struct SynonymEdit {
  std::string resource;
  std::string field;
  std::int64_t version = 0;  // of the list that was edited; another one meanwhile is a conflict
  struct Word {
    std::string word, choice;
  };
  std::vector<Word> words;  // all of them; words that are left out go
};

// Thread-safe. Everything decided here goes into one Change with its audit entry; words that stay keep who
// added them and when.
class SynonymLists {
 public:
  // `service` must outlive it.
  explicit SynonymLists(const IngestService& service) : service_(service) {}

  // One list per choice field, in the order of the fields. Errors: not_found (resource), the store's.
  Result<std::vector<SynonymList>> all(const std::string& resource) const;
  // Errors: not_found (resource; "ingest.no_choice_field").
  Result<SynonymList> find(const std::string& resource, const std::string& field) const;
  // Errors: as find; invalid (a choice that is none, a word that is empty, too long, doubled or a choice
  // itself, too many); conflict "ingest.synonyms_changed".
  Result<SynonymList> put(const SynonymEdit& edit, const WriteRequest& request) const;
  // Words of the newest rows (limits::suggested_rows) that are still refused for not being a choice, the most
  // frequent first. Long ones and numbers are left out: they come of columns that slipped. Errors: as find.
  Result<std::vector<UnknownWord>> unknown_words(const std::string& resource, const std::string& field) const;

 private:
  const IngestService& service_;
};

}  // namespace jingwei::ingest
