#include "app/cli/link_page.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "app/cli/cli.h"

namespace jingwei::app::cli {

namespace {

using linkage::Level;

constexpr std::string_view style =
    "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1d2733}"
    "table{border-collapse:collapse;width:100%;margin:.5rem 0 2rem}th,td{border-bottom:1px solid "
    "#dfe4ea;padding:.3rem .6rem;"
    "text-align:left;vertical-align:top}th{color:#5b6b7c;font-weight:600}td.n{text-align:right;font-variant-"
    "numeric:tabular-nums}"
    ".for{color:#116149}.against{color:#a3271f}.bar{display:inline-block;height:.7rem;vertical-align:middle}"
    ".for .bar{background:#41b883}.against "
    ".bar{background:#e2706a}.note{color:#5b6b7c}.warning{background:#fff4d6;padding:.4rem .8rem}";

void append_text(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
}

std::string figure(double number, const char* form) {
  char text[48];
  std::snprintf(text, sizeof text, form, number);
  return text;
}

class Page {
 public:
  Page(const linkage::Records& records, const linkage::Linkage& linkage)
      : records_(records), linkage_(linkage), scorer_(records, *linkage.model) {}

  std::string write(const std::vector<linkage::LinkedPair>& pairs) {
    out_ =
        "<!doctype html><meta charset=\"utf-8\"><meta name=\"viewport\" "
        "content=\"width=device-width\"><title>";
    append_text(out_, sentence("cli.link.page.title"));
    out_ += "</title><style>";
    out_ += style;
    out_ += "</style><h1>";
    append_text(out_, sentence("cli.link.page.title"));
    out_ += "</h1>";
    paragraph("note", sentence("cli.link.page.intro",
                               {{"prior", figure(scorer_.prior(), "%.1f")},
                                {"threshold", figure(linkage_.report.threshold.probability, "%.3f")},
                                {"pairs", grouped(static_cast<std::int64_t>(linkage_.pairs.size()))}}));
    for (const auto& warning : linkage_.report.warnings) paragraph("warning", warning_sentence(warning));
    for (const auto& pair : pairs) write_pair(pair);
    write_weights();
    return std::move(out_);
  }

 private:
  void paragraph(std::string_view kind, const std::string& text) {
    out_.append("<p class=\"").append(kind).append("\">");
    append_text(out_, text);
    out_ += "</p>";
  }
  void cell(std::string_view text, std::string_view kind = "") {
    out_.append("<td class=\"").append(kind).append("\">");
    append_text(out_, text);
    out_ += "</td>";
  }
  void head(std::initializer_list<std::string_view> ids) {
    out_ += "<tr>";
    for (const auto id : ids) {
      out_ += "<th>";
      append_text(out_, sentence(id));
      out_ += "</th>";
    }
    out_ += "</tr>";
  }
  void bits(double value) {
    out_.append("<td class=\"n ").append(value < 0 ? "against" : "for").append("\">");
    out_ += figure(value, "%+.2f");
    out_ += " <span class=\"bar\" style=\"width:" + figure(std::min(160.0, std::abs(value) * 6), "%.0fpx") +
            "\"></span></td>";
  }

  void write_pair(const linkage::LinkedPair& pair) {
    std::vector<double> contributions(records_.fields());
    const auto score =
        scorer_.score(records_.row_of(pair.left), records_.row_of(pair.right), pair.pattern, contributions);
    out_ += "<h2>";
    append_text(out_, records_.id(pair.left));
    out_ += " · ";
    append_text(out_, records_.id(pair.right));
    out_ += "</h2>";
    const bool linked = linkage_.cluster_of[pair.left] == linkage_.cluster_of[pair.right];
    paragraph("", sentence(linked ? "cli.link.page.linked" : "cli.link.page.apart",
                           {{"probability", figure(std::max(pair.probability, score.probability), "%.4f")},
                            {"own", figure(score.probability, "%.4f")},
                            {"weight", figure(score.weight, "%.1f")}}));
    out_ += "<table>";
    head({"cli.link.page.field", "cli.link.page.left", "cli.link.page.right", "cli.link.page.level",
          "cli.link.page.bits"});
    for (std::size_t field = 0; field < records_.fields(); ++field) {
      out_ += "<tr>";
      cell(records_.column(field).field.name);
      cell(records_.raw(pair.left, field));
      cell(records_.raw(pair.right, field));
      cell(sentence("cli.link.level." + std::string(name_of(linkage::level_at(pair.pattern, field)))));
      bits(contributions[field]);
      out_ += "</tr>";
    }
    out_ += "</table>";
  }

  void write_weights() {
    out_ += "<h2>";
    append_text(out_, sentence("cli.link.page.weights"));
    out_ += "</h2><table>";
    head({"cli.link.page.field", "cli.link.page.level", "cli.link.page.m", "cli.link.page.u",
          "cli.link.page.bits"});
    for (std::size_t field = 0; field < records_.fields(); ++field) {
      const auto& chances = linkage_.model->mixture().chances[field];
      for (std::size_t level = 1; level < linkage::level_count; ++level) {
        if (chances[0][level] < 5e-4 && chances[1][level] < 5e-4) continue;
        out_ += "<tr>";
        cell(records_.column(field).field.name);
        cell(sentence("cli.link.level." + std::string(name_of(static_cast<Level>(level)))));
        cell(figure(chances[0][level], "%.5f"), "n");
        cell(figure(chances[1][level], "%.2g"), "n");
        bits(level_weight(linkage_.model->mixture(), field, static_cast<Level>(level)));
        out_ += "</tr>";
      }
    }
    out_ += "</table>";
  }

  const linkage::Records& records_;
  const linkage::Linkage& linkage_;
  linkage::Scorer scorer_;
  std::string out_;
};

Result<std::uint32_t> find_record(const linkage::Records& records, const std::string& id,
                                  linkage::Side side) {
  for (std::uint32_t record = 0; record < records.size(); ++record) {
    if (records.id(record) == id && (!records.has_right() || records.side(record) == side)) return record;
  }
  return Error(ErrorCode::not_found, "cli.link.no_record").with("id", id);
}

// The least certain half, and an even walk through the rest.
std::vector<linkage::LinkedPair> telling_pairs(const linkage::Linkage& linkage, std::size_t most) {
  std::vector<linkage::LinkedPair> pairs = linkage.pairs;
  std::stable_sort(pairs.begin(), pairs.end(),
                   [](const auto& a, const auto& b) { return a.weight < b.weight; });
  if (pairs.size() <= most) return pairs;
  std::vector<linkage::LinkedPair> chosen(pairs.begin(),
                                          pairs.begin() + static_cast<std::ptrdiff_t>(most / 2));
  const std::size_t rest = most - chosen.size(), from = chosen.size();
  for (std::size_t at = 0; at < rest; ++at) chosen.push_back(pairs[from + at * (pairs.size() - from) / rest]);
  return chosen;
}

}  // namespace

double level_weight(const linkage::Mixture& mixture, std::size_t field, Level level) {
  const auto& chances = mixture.chances[field];
  return std::log2(chances[0][static_cast<std::size_t>(level)] / chances[1][static_cast<std::size_t>(level)]);
}

std::string warning_sentence(const linkage::Warning& warning) {
  return sentence("cli.link.warning." + std::string(name_of(warning.kind)),
                  {{"field", warning.field},
                   {"value", warning.value},
                   {"count", grouped(static_cast<std::int64_t>(warning.count))}});
}

Result<std::string> explanation_page(const linkage::Records& records, const linkage::Linkage& linkage,
                                     const ExplainChoice& choice) {
  std::vector<linkage::LinkedPair> pairs;
  if (choice.left.empty()) {
    pairs = telling_pairs(linkage, choice.pairs_most);
  } else {
    JW_ASSIGN(const std::uint32_t left, find_record(records, choice.left, linkage::Side::left));
    JW_ASSIGN(const std::uint32_t right, find_record(records, choice.right, linkage::Side::right));
    linkage::Comparer comparer(records);
    pairs.push_back({left, right, 0, 0, comparer.compare(records.row_of(left), records.row_of(right))});
  }
  return Page(records, linkage).write(pairs);
}

}  // namespace jingwei::app::cli
