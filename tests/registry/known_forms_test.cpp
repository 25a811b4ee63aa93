// Goal: a form that somebody sent is filled with what the registry knows of the enterprises, venues and
// persons its rows name, as far as the asker may see it.
#include "app/known_subjects.h"
#include "modules/forms/forms_testing.h"
#include "modules/registry/messages.gen.h"
#include "modules/registry/sql.gen.h"

namespace jingwei::app::testing {
namespace {

using namespace jingwei::testing;
using forms::Asker;

constexpr std::string_view known_resources = R"(resources:
  - id: firms
    title: {zh: 企业, en: Firms}
    provider: {id: market, zh: 市监, en: Market supervision}
    sharing: conditional
    purposes: [epidemic-control]
    retention: 1y
    update: daily
    subject: enterprise
    key: [credit_code]
    region: grid
    fields:
      - {name: name, title: {zh: 企业名称, en: Name}, type: text, required: true}
      - {name: credit_code, title: {zh: 统一社会信用代码, en: Credit code}, type: credit_code, required: true}
      - {name: phone, title: {zh: 联系电话, en: Phone}, type: phone, personal: contact}
      - {name: grid, title: {zh: 网格, en: Grid}, type: region, required: true}
  - id: inspections
    title: {zh: 检查, en: Inspections}
    provider: {id: health, zh: 卫健, en: Health}
    sharing: conditional
    purposes: [epidemic-control]
    retention: 1y
    update: daily
    subject: enterprise
    key: [inspection_no]
    region: grid
    fields:
      - {name: inspection_no, title: {zh: 检查号, en: Number}, type: text, required: true}
      - {name: credit_code, title: {zh: 统一社会信用代码, en: Credit code}, type: credit_code, required: true}
      - {name: name, title: {zh: 企业名称, en: Name}, type: text}
      - {name: phone, title: {zh: 联系电话, en: Phone}, type: phone, personal: contact}
      - {name: verdict, title: {zh: 检查结论, en: Verdict}, type: text}
      - {name: grid, title: {zh: 网格, en: Grid}, type: region, required: true}
)";
constexpr std::string_view firm_code = "91350100M000100Y43";

template <typename Backend>
class KnownForms : public forms::FormsWorld<Backend> {
 protected:
  using Base = forms::FormsWorld<Backend>;

  static void SetUpTestSuite() {
    Base::SetUpTestSuite();
    registry::register_messages();
  }
  void SetUp() override {
    std::filesystem::create_directories(this->folder_.path() + "/scenarios/known");
    this->write(this->folder_.path() + "/scenarios/known/resources.yaml", known_resources);
    Base::SetUp();
    if (this->IsSkipped()) return;
    auto& node = this->node_;
    registry_ = std::make_unique<registry::RegistryService>(
        registry::RegistryParts{*node.writes, *node.catalog, *node.regions, *node.ingest, this->sealer_,
                                this->clock_, this->zone_, "first"});
    must(registry_->open());
    forms::FormsParts parts = this->service_->parts();
    parts.known = known_subjects(*registry_);
    this->service_ = std::make_unique<forms::FormsService>(parts);
  }
  void TearDown() override {
    this->service_.reset();
    registry_.reset();
    Base::TearDown();
  }
  std::vector<storage::Migration> migrations() const override {
    auto all = Base::migrations();
    const auto own = registry::sql::migrations();
    all.insert(all.end(), own.begin(), own.end());
    return all;
  }
  void load_firm() {
    this->load("firms", "企业名称,统一社会信用代码,联系电话,网格\n海风商行," + std::string(firm_code) + "," +
                            phone(500) + "," + grid_code(2) + "\n");
    must(registry_->runner().catch_up());
  }

  std::unique_ptr<registry::RegistryService> registry_;
  const Asker asking_{access::Caller::local_operator(), "epidemic-control"};
};
TYPED_TEST_SUITE(KnownForms, Backends, BackendNames);

TYPED_TEST(KnownForms, AnEnterprisesRowIsFilledByItsCreditCode) {
  this->load_firm();
  std::string small(firm_code);
  for (char& c : small) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  const auto bytes = this->form({{"统一社会信用代码", "企业名称", "联系电话"}, {small, "", ""}});
  const auto opened = must(this->fill(bytes, {}, Language::zh, this->asking_));
  const auto grid = this->grid_of(opened.bytes);
  EXPECT_EQ(grid.text(1, 1), "海风商行");
  EXPECT_EQ(grid.text(1, 2), phone(500));
  // Without a purpose what is personal stays blank, and a note says why.
  const auto closed = must(this->fill(bytes));
  EXPECT_EQ(this->grid_of(closed.bytes).text(1, 1), "海风商行");
  EXPECT_EQ(this->grid_of(closed.bytes).text(1, 2), "");
  EXPECT_TRUE(this->tells(closed, "个人信息不往表里填"));
}

// The form is about inspections, whose number it does not have: its rows are about the firms.
TYPED_TEST(KnownForms, AFormWithoutARecordsKeyIsFilledFromWhomItNames) {
  this->load_firm();
  const auto bytes = this->form({{"统一社会信用代码", "企业名称", "联系电话", "检查结论"},
                                 {std::string(firm_code), "", "", ""},
                                 {"91350100M000100Y4X", "", "", ""},
                                 {"", "别动", "", ""}});
  const auto filled = must(this->fill(bytes, {"inspections", {}}, Language::zh, this->asking_));
  const auto grid = this->grid_of(filled.bytes);
  EXPECT_EQ(grid.text(1, 1), "海风商行");
  EXPECT_EQ(grid.text(1, 2), phone(500));
  EXPECT_EQ(grid.text(1, 3), "");
  EXPECT_EQ(grid.text(2, 1), "");
  EXPECT_EQ(grid.text(3, 1), "别动");
  EXPECT_TRUE(this->tells(filled, "一人一册（企业）")) << "it says from where";
  EXPECT_TRUE(this->tells(filled, "读不懂：统一社会信用代码"))
      << "a credit code with a wrong check character";
}

TYPED_TEST(KnownForms, APersonsRowIsFilledByTheirDocumentAndTheyAreOnRecord) {
  this->load("people", people(0, 3));
  must(this->registry_->runner().catch_up());
  const auto bytes =
      this->form({{"身份证号", "姓名", "手机"}, {citizen_id(1), "", ""}, {citizen_id(9), "", ""}});
  const auto filled = must(this->fill(bytes, {}, Language::zh, this->asking_));
  const auto grid = this->grid_of(filled.bytes);
  EXPECT_EQ(grid.text(1, 1), "张三");
  EXPECT_EQ(grid.text(1, 2), phone(1));
  EXPECT_EQ(grid.text(2, 1), "");
  EXPECT_EQ(filled.persons.size(), 1U);
  EXPECT_TRUE(must(this->fill(bytes)).persons.empty()) << "without a purpose nobody was shown";
}

}  // namespace
}  // namespace jingwei::app::testing
