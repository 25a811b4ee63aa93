// The ingest world with forms on top, for tests.
#pragma once

#include "modules/forms/forms_service.h"
#include "modules/forms/messages.gen.h"
#include "modules/metrics/messages.gen.h"
#include "modules/metrics/sql.gen.h"
#include "spreadsheet/workbook_edit.h"
#include "spreadsheet/workbook_testing.h"
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

  // A workbook of one sheet; "" is no cell, "=…" a formula with the last result 7.
  static std::string form(const std::vector<std::vector<std::string>>& rows, const std::string& merged = "") {
    std::string sheet =
        R"(<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>)";
    for (std::size_t row = 0; row < rows.size(); ++row) {
      const std::string number = std::to_string(row + 1);
      sheet += "<row r=\"" + number + "\">";
      for (std::size_t column = 0; column < rows[row].size(); ++column) {
        const std::string& text = rows[row][column];
        const std::string place = static_cast<char>('A' + column) + number;
        if (text.empty()) {
          sheet += "<c r=\"" + place + "\" s=\"1\"/>";
        } else if (text.front() == '=') {
          sheet += "<c r=\"" + place + "\"><f>" + text.substr(1) + "</f><v>7</v></c>";
        } else {
          sheet += "<c r=\"" + place + "\" t=\"inlineStr\"><is><t>" + text + "</t></is></c>";
        }
      }
      sheet += "</row>";
    }
    sheet += "</sheetData>" + merged + "</worksheet>";
    return spreadsheet::testing::package_of(spreadsheet::testing::sample_parts(
        sheet, R"(<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>)"));
  }

  Result<FilledForm> fill(const std::string& bytes, const FillOptions& options = {},
                          Language language = Language::zh, const Asker& asker = {}) {
    const std::string path = this->uploads() + "/form.xlsx";
    this->write(path, bytes);
    auto filled = service_->fill(path, options, language, asker);
    std::filesystem::remove(path);
    return filled;
  }

  static bool tells(const FilledForm& form, const std::string& part) {
    return std::any_of(form.notes.begin(), form.notes.end(), [&](const FormNote& note) {
      return note.text.find(part) != std::string::npos || note.source.find(part) != std::string::npos;
    });
  }

  std::unique_ptr<metrics::MetricsService> metrics_;
  std::unique_ptr<FormsService> service_;
};

}  // namespace jingwei::forms
