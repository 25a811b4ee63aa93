// Everybody in memory: which records may be one person, by a model version, and by what people are searched
// for. Filled by decryption and never written; follows what ingest accepts.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "engines/linkage/online_index.h"
#include "engines/search/search_index.h"
#include "modules/registry/matching.h"
#include "modules/registry/resources.h"

namespace jingwei::registry {

// The fields of a model, in the order of Trait.
const std::vector<linkage::Field>& model_fields();
std::array<std::string_view, trait_count> values_of(const Telling& telling);

// Matcher functions are called by one thread at a time; search() by any meanwhile.
class PeopleIndex final : public Matcher {
 public:
  // `model` null: version 0, identifiers alone.
  PeopleIndex(std::int64_t version, std::shared_ptr<const linkage::Model> model);

  std::int64_t model() const override { return version_; }
  // Null: identifiers alone. Thread-safe.
  const std::shared_ptr<const linkage::Model>& linkage_model() const { return model_; }
  Bounds bounds() const override;
  void know(std::span<const Telling> tellings) override;
  void forget(RecordId record) override;
  bool groups_persons() const override { return index_.has_value(); }
  Persons persons_around(RecordId record) override;
  std::vector<RecordId> copies(RecordId record, std::size_t most) override;
  std::optional<Doubt> likeliest(const Telling& telling) override;
  Result<std::optional<Telling>> unnumbered_head(RecordId record) override;
  std::vector<RecordId> unsettled(std::size_t most) override;
  void settle(std::size_t count) override;
  void unsettle(std::size_t records) override;
  void decide(RecordId a, RecordId b, std::optional<bool> same) override;
  Match compare(const Link& a, const Link& b) override;

  // Reads all records of all resources and what people decided; nothing is unsettled then. What comes
  // meanwhile is to be told again. Both are asked later on too. Errors: the store's; cancelled.
  Result<void> fill(const RegistryParts& parts, const Resources& resources,
                    const std::atomic<bool>& stopping);
  // The above is done.
  bool ready() const { return ready_; }

  // Records that answer, best first; several may be of one subject. Thread-safe.
  struct Hit {
    std::vector<RecordId> records;  // that say this, some of them
    double score = 0;
    std::array<bool, search::kinds> by{};  // what of them answered
  };
  std::vector<Hit> search(std::string_view text, const std::vector<search::RegionInterval>* within,
                          const std::array<bool, search::kinds>& by, std::size_t most) const;

  // Records that answer the piece of a query of several that few answer, whatever they say to the others: the
  // best first, `query.most` of them, search::leading_most at most. Thread-safe.
  std::vector<RecordId> leading(const search::Query& query) const;
  // How what each link's record tells of its subject answers the pieces of the query (SearchIndex::scores),
  // at the link's place; empty where it tells nothing that is searched by. Thread-safe.
  std::vector<std::vector<search::PieceScores>> scores(const search::Query& query,
                                                       std::span<const Link> links) const;

  // Records that tell such a number as a further one of their person (Telling::further). Thread-safe.
  std::vector<RecordId> further_bearers(const std::string& hash, std::size_t most) const;

  std::int64_t known() const { return known_; }  // tellings taken in
  // Blocks of the model that grew too large to be used: a new model is due. Thread-safe.
  std::int64_t overfull_blocks() const { return overfull_; }
  double search_wasted() const;  // SearchIndex::wasted()
  std::size_t memory() const;    // bytes, nearly

 private:
  void put_on_search(const Telling& telling, std::uint32_t place);
  void drop_from_search(RecordId record, Role role);
  void forget_person(RecordId record);
  void note_further(const Telling& telling);
  void forget_further(RecordId record);
  void tidy();
  void know_person(const Telling& telling, const std::string& form);
  // Of each telling of a person what the index takes in; may run while it takes in others.
  std::vector<std::string> prepared(std::span<const Telling> tellings) const;
  void take(std::span<const Telling> tellings, const std::vector<std::string>& forms);
  struct Page;
  Result<Page> read_page(const KnownResource& resource, const ingest::RecordQuery& query) const;

  const std::int64_t version_;
  const std::shared_ptr<const linkage::Model> model_;
  std::optional<linkage::OnlineIndex> index_;
  std::atomic<bool> ready_{false};
  std::atomic<std::int64_t> known_{0};
  std::atomic<std::int64_t> overfull_{0};
  std::shared_ptr<const region::Tree> tree_;
  const RegistryParts* parts_ = nullptr;
  const Resources* resources_ = nullptr;
  linkage::PartedTable<std::uint32_t> heads_;  // by record + 1: the number of the resource

  mutable std::shared_mutex searching_;
  search::SearchIndex search_;
  // Records that say the same stand once in the search: by the hash of their texts.
  struct Copies {
    std::vector<std::int64_t> records;  // the first of them
    std::uint32_t count = 0;
  };
  std::unordered_map<std::uint64_t, Copies> records_of_;
  linkage::PartedTable<std::uint64_t> searched_as_;  // by record and role: that hash
  // Further numbers of persons, both ways: by hash, and by record.
  std::unordered_map<std::string, std::set<RecordId>> bearers_;
  std::map<RecordId, std::vector<std::string>> further_of_;
};

}  // namespace jingwei::registry
