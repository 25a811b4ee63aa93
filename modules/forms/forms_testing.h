// The ingest world with forms on top, for tests.
#pragma once

#include "modules/forms/forms_service.h"
#include "modules/forms/messages.gen.h"
#include "modules/metrics/messages.gen.h"
#include "modules/metrics/sql.gen.h"
#include "spreadsheet/workbook_edit.h"
#include "tests/support/ingest_world.h"

namespace jingwei::forms {

template <typename Backend>
class FormsWorld : public jingwei::testing::IngestWorld<Backend> {
 protected:
  using World = jingwei::testing::IngestWorld<Backend>;

  static void SetUpTestSuite() {
    ingest::register_messages();
    metrics::register_messages();
    forms::register_messages();
  }
  void SetUp() override {
    World::SetUp();
    if (this->IsSkipped()) return;
    auto& node = this->node_;
    metrics_ =
        std::make_unique<metrics::MetricsService>(*node.store, *node.catalog, *node.regions, this->clock_);
    jingwei::testing::must(metrics_->load());
    const auto tree = node.regions->tree();
    service_ = std::make_unique<FormsService>(
        FormsParts{*node.store, *node.catalog, *node.regions, *node.ingest, *metrics_, this->sealer_,
                   real_file_system(), this->clock_, this->uploads(), tree->id(tree->find("980100")), true});
  }
  void TearDown() override {
    service_.reset();
    metrics_.reset();
    World::TearDown();
  }
  std::vector<storage::Migration> migrations() const override {
    auto all = World::migrations();
    all.insert(all.end(), metrics::sql::migrations().begin(), metrics::sql::migrations().end());
    return all;
  }

  void fold() {
    for (int empty = 0; empty < 3;) {
      if (jingwei::testing::must(metrics_->step(metrics::MetricsService::Saving::yes))) {
        empty = 0;
        continue;
      }
      this->node_.store->wait_for_feed(metrics_->figures(RegionId(1)).position,
                                       std::chrono::milliseconds{20});
      ++empty;
    }
  }

  static spreadsheet::Grid grid_of(const std::string& bytes, std::size_t sheet = 0) {
    auto book = jingwei::testing::must(spreadsheet::WorkbookEdit::open(bytes));
    return jingwei::testing::must(book->grid(sheet));
  }

  std::unique_ptr<metrics::MetricsService> metrics_;
  std::unique_ptr<FormsService> service_;
};

}  // namespace jingwei::forms
