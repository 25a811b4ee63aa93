// Goal: a load takes its records' region and building from the address, and leaves open what the address
// leaves open.
#include <gtest/gtest.h>

#include "modules/catalog/resource_yaml.h"
#include "modules/ingest/messages.gen.h"
#include "modules/ingest/place_readers.h"
#include "modules/ingest/row_typing.h"
#include "modules/region/region_testing.h"

namespace jingwei::ingest {
namespace {

constexpr std::string_view yaml = R"(resources:
  - id: shops
    title: {zh: 商铺, en: Shops}
    provider: {id: market, zh: 市监, en: Market}
    sharing: open
    retention: 1y
    update: daily
    key: [name]
    region: [place, address]
    fields:
      - {name: name, title: {zh: 名称, en: Name}, type: text, required: true}
      - {name: place, title: {zh: 区域, en: Place}, type: region}
      - {name: address, title: {zh: 地址, en: Address}, type: address}
      - {name: building, title: {zh: 楼栋, en: Building}, type: text, part_of: {field: address, part: building_key}}
      - {name: weight, title: {zh: 重量, en: Weight}, type: number, unit: kg}
)";

class AddressLoad : public ::testing::Test {
 protected:
  AddressLoad()
      : resources_(catalog::parse_resources(yaml, "r.yaml", "p").value()),
        cleaners_(cleaners_of(resources_.front()).value()),
        tree_(region::testing::sample_tree()),
        context_(*parse_rfc3339("2020-03-01T00:00:00Z"), zone_),
        readers_(tree_, tree_->id(tree_->find("980100")), gazetteers_, needs_of(resources_.front()),
                 context_),
        cleaner_(cleaners_) {
    const std::vector<std::string> columns = {"name", "place", "address", "building", "weight"};
    cleaner_.bind(columns);
  }

  // A row as it would be stored.
  struct Taken {
    RegionId region;
    std::vector<storage::Value> values;
  };

  Taken row(std::vector<std::string> texts) {
    texts_ = std::move(texts);
    cells_.clear();
    for (const auto& text : texts_) cells_.push_back({text, CellKind::text});
    Row row;
    row.cells = cells_;
    const CleanRow& clean = cleaner_.clean(row, context_);
    rules_.clear();
    clean.fields[2].rules.visit([&](Rule rule) { rules_.push_back(std::string(message_of(rule))); });
    const RowContent content(resources_.front(), catalog::RecordHash::keyed, *sealer_, zone_);
    PackedRows rows;
    content.append(clean, 1, {context_.today, RegionId(1)}, rows);
    return {rows.rows.front().region, content.values_of(rows.content(rows.rows.front())).value()};
  }
  std::string region(const Taken& row) { return row.region ? tree_->code(tree_->find(row.region)) : ""; }

  std::vector<catalog::Resource> resources_;
  std::vector<FieldCleaner> cleaners_;
  std::shared_ptr<const region::Tree> tree_;
  Zone zone_{"Asia/Shanghai"};
  std::unique_ptr<storage::Sealer> sealer_ = storage::plain_sealer();
  CleanContext context_;
  Gazetteers gazetteers_;
  PlaceReaders readers_;
  RowCleaner cleaner_;
  std::vector<std::string> texts_;
  std::vector<Cell> cells_;
  std::vector<std::string> rules_;
};

TEST_F(AddressLoad, RegionAndBuildingComeFromTheAddress) {
  const Taken row = this->row({"甲店", "", "虚南省云山市香洲区翠香街道景山路188号粤财大厦A座3楼", "", ""});
  EXPECT_EQ(region(row), "980101001");
  EXPECT_EQ(std::get<std::string>(row.values[3]), "980101|景山路188|A");
  EXPECT_EQ(std::get<std::string>(row.values[2]), "虚南省云山市香洲区翠香街道景山路188号粤财大厦A座3楼");
  EXPECT_EQ(rules_, (std::vector<std::string>{"clean.address.region"}));
}

TEST_F(AddressLoad, WhatTheSenderWroteCountsFirst) {
  const Taken row = this->row({"甲店", "长安区", "香洲区景山路188号", "B7", "5斤"});
  EXPECT_EQ(region(row), "980102");
  EXPECT_EQ(std::get<std::string>(row.values[3]), "B7");
  EXPECT_EQ(std::get<double>(row.values[4]), 2.5) << "the field's unit is asked for";
}

TEST_F(AddressLoad, WhatTheAddressLeavesOpenStaysOpen) {
  EXPECT_EQ(region(row({"甲店", "", "景山路188号", "", ""})), "");
  EXPECT_EQ(rules_, (std::vector<std::string>{"clean.address.no_region"}));
  EXPECT_EQ(region(row({"甲店", "", "", "", ""})), tree_->code(0))
      << "nothing is filled: the resource's own word";
}

TEST_F(AddressLoad, DefinitionsSayWhereAPartComesFrom) {
  const auto fault = [](const std::string& field) {
    const std::string text = std::string(yaml) + "      - " + field + "\n";
    const auto parsed = catalog::parse_resources(text, "r.yaml", "p");
    return parsed.ok() || parsed.error().causes.empty()
               ? std::string(parsed.ok() ? "" : parsed.error().message)
               : std::string(parsed.error().causes.front().message);
  };
  EXPECT_EQ(
      fault("{name: room, title: {zh: 房, en: Room}, type: text, part_of: {field: address, part: room}}"),
      "");
  EXPECT_NE(fault("{name: room, title: {zh: 房, en: Room}, type: text, part_of: {field: name, part: room}}"),
            "");
  EXPECT_NE(
      fault("{name: room, title: {zh: 房, en: Room}, type: integer, part_of: {field: address, part: room}}"),
      "");
  EXPECT_NE(
      fault("{name: room, title: {zh: 房, en: Room}, type: text, part_of: {field: address, part: roof}}"),
      "");
}

// The place of a citizen ID is checked by the tree's own codes, when the tree is the whole country's.
TEST_F(AddressLoad, PlacesOfCitizenIdsAreKnownOnlyOfAWholeCountry) {
  EXPECT_EQ(gazetteers_.citizen_places(tree_), nullptr);
}

}  // namespace
}  // namespace jingwei::ingest
