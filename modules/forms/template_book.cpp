// A resource's template: a sheet to fill in with lists and checks, and one that explains every field.
#include "base/limits.h"
#include "modules/forms/workbooks.h"
#include "spreadsheet/workbook_writer.h"

namespace jingwei::forms {

namespace {

using spreadsheet::CellRule;
using spreadsheet::CellStyle;

constexpr double narrowest_column = 12;
constexpr double heading_padding = 4;
constexpr std::size_t inline_list_characters = 255;  // Excel's own limit for a list inside a check
constexpr double largest_number = 1e15;
constexpr double first_template_day = 1;       // 1899-12-31
constexpr double last_template_day = 109'574;  // 2199-12-31
constexpr const char* lists_sheet = "_lists";

class TemplateBook {
 public:
  TemplateBook(const BookContext& context, const catalog::Resource& resource, Language language,
               const std::string& path)
      : context_(context), resource_(resource), language_(language), book_(path) {}

  Result<void> write() {
    book_.sheet(resource_.title.in(language_));
    for (std::size_t at = 0; at < resource_.fields.size(); ++at) add_column(static_cast<int>(at));
    book_.freeze(1);
    explain();
    if (!lists_.empty()) write_lists();
    return book_.close();
  }

 private:
  std::string said(const std::string& id,
                   const std::vector<std::pair<std::string, std::string>>& arguments = {}) const {
    return render(id, arguments, language_);
  }
  std::string type_name(const catalog::Field& field) const {
    return said("forms.type." + std::string(catalog::name_of(field.type)));
  }

  void add_column(int column) {
    const catalog::Field& field = resource_.fields[static_cast<std::size_t>(column)];
    const std::string title = field.title.in(language_) + (field.required ? "*" : "");
    book_.text(0, column, title, field.required ? CellStyle::required_header : CellStyle::header);
    book_.comment(0, column, hint(field));
    const double width = std::max(
        {narrowest_column, spreadsheet::shown_width(title), spreadsheet::shown_width(example(field))});
    book_.column(column, width + heading_padding, style_of(field));
    add_rule(column, field);
  }

  static CellStyle style_of(const catalog::Field& field) {
    switch (field.type) {
      case catalog::FieldType::date:
        return CellStyle::date;
      case catalog::FieldType::integer:
      case catalog::FieldType::number:
        return CellStyle::number;
      default:
        return CellStyle::text;
    }
  }

  void add_rule(int column, const catalog::Field& field) {
    CellRule rule{};
    rule.title = field.title.in(language_);
    rule.sentence = hint(field);
    const std::string cell = spreadsheet::column_letters(column) + "2";
    using catalog::FieldType;
    switch (field.type) {
      case FieldType::choice: {
        std::vector<std::string> words;
        for (const auto& choice : field.choices) words.push_back(choice.title.in(language_));
        return add_list(column, std::move(rule), std::move(words));
      }
      case FieldType::boolean:
        return add_list(column, std::move(rule), {said("forms.yes"), said("forms.no")});
      case FieldType::region: {
        rule.strictness = CellRule::Strictness::warn;  // a code is as good as the name in the list
        auto words = regions();
        if (words.empty()) return;
        return add_list(column, std::move(rule), std::move(words));
      }
      case FieldType::date:
        rule.kind = CellRule::Kind::date;
        rule.min = first_template_day;
        rule.max = last_template_day;
        rule.strictness = CellRule::Strictness::warn;
        break;
      case FieldType::integer:
      case FieldType::number:
        rule.kind = field.type == FieldType::integer ? CellRule::Kind::integer : CellRule::Kind::number;
        rule.min = field.min.value_or(-largest_number);
        rule.max = field.max.value_or(largest_number);
        break;
      case FieldType::citizen_id:
        rule.kind = CellRule::Kind::formula;
        rule.formula = "=OR(LEN(" + cell + ")=18,LEN(" + cell + ")=15)";
        break;
      case FieldType::credit_code:
        rule.kind = CellRule::Kind::text_length;
        rule.min = rule.max = 18;
        break;
      default:
        if (!field.min_length && !field.max_length) return;
        rule.kind = CellRule::Kind::text_length;
        rule.min = static_cast<double>(field.min_length.value_or(0));
        rule.max = static_cast<double>(
            field.max_length.value_or(static_cast<std::int64_t>(limits::workbook_cell_characters)));
        break;
    }
    book_.rule(1, static_cast<int>(limits::template_rows), column, rule);
  }

  // A short list stands inside the check, a longer one on the hidden sheet.
  void add_list(int column, CellRule rule, std::vector<std::string> words) {
    std::size_t characters = words.size();
    bool comma = false;
    for (const auto& word : words) {
      characters += word.size();
      comma = comma || word.find(',') != std::string::npos;
    }
    if (characters <= inline_list_characters && !comma) {
      rule.kind = CellRule::Kind::list_of;
      rule.choices = std::move(words);
    } else {
      auto found = std::find(lists_.begin(), lists_.end(), words);
      if (found == lists_.end()) found = lists_.insert(lists_.end(), std::move(words));
      rule.kind = CellRule::Kind::list_range;
      rule.formula = "=" + list_name(static_cast<std::size_t>(found - lists_.begin()));
    }
    book_.rule(1, static_cast<int>(limits::template_rows), column, rule);
  }

  static std::string list_name(std::size_t list) { return "Choices_" + std::to_string(list + 1); }

  void write_lists() {
    book_.sheet(lists_sheet);
    std::size_t longest = 0;
    for (const auto& list : lists_) longest = std::max(longest, list.size());
    for (std::size_t row = 0; row < longest; ++row) {
      for (std::size_t list = 0; list < lists_.size(); ++list) {
        if (row < lists_[list].size())
          book_.text(static_cast<int>(row), static_cast<int>(list), lists_[list][row]);
      }
    }
    for (std::size_t list = 0; list < lists_.size(); ++list)
      book_.name_range(list_name(list), lists_sheet, static_cast<int>(list),
                       static_cast<int>(lists_[list].size()));
    book_.hide_sheet();
  }

  // The finest regions of the hub's own city that still make a list of sensible length, as names from the
  // city down, which the reading understands.
  std::vector<std::string> regions() const {
    const auto tree = context_.regions.tree();
    const region::Node own = tree->find(context_.hub_region);
    if (own == region::no_node) return {};
    const auto span = tree->subtree(own);
    std::vector<std::size_t> count(region::level_count, 0);
    for (region::Node node = span.begin; node < span.end; ++node)
      ++count[static_cast<std::size_t>(tree->level(node))];
    int level = static_cast<int>(region::Level::grid);
    while (level > static_cast<int>(tree->level(own)) &&
           (count[static_cast<std::size_t>(level)] == 0 ||
            count[static_cast<std::size_t>(level)] > limits::template_regions))
      --level;
    if (level <= static_cast<int>(tree->level(own))) return {};
    std::vector<std::string> words;
    for (region::Node node = span.begin; node < span.end; ++node) {
      if (static_cast<int>(tree->level(node)) != level) continue;
      std::string word;
      for (region::Node part = node; part != own; part = tree->parent(part))
        word = std::string(tree->name(part)) + (word.empty() ? "" : "/") + word;
      words.push_back(std::move(word));
    }
    return words;
  }

  std::string example(const catalog::Field& field) const {
    if (field.type == catalog::FieldType::choice && !field.choices.empty())
      return field.choices.front().title.in(language_);
    if (field.type == catalog::FieldType::integer || field.type == catalog::FieldType::number) {
      const auto example = static_cast<std::int64_t>(std::max(field.min.value_or(1), 1.0));
      return std::to_string(example);
    }
    return said("forms.example." + std::string(catalog::name_of(field.type)));
  }

  std::string bound(double number) const {
    std::string text = std::to_string(number);
    text.erase(text.find_last_not_of('0') + 1);
    if (!text.empty() && text.back() == '.') text.pop_back();
    return text;
  }

  // "Required. A date, as 2020-01-21." in one or two sentences.
  std::string hint(const catalog::Field& field) const {
    std::string text = said(field.required ? "forms.hint.required" : "forms.hint.optional");
    text += said("forms.hint." + std::string(catalog::name_of(field.type)));
    if (field.min && field.max)
      text += said("forms.hint.range", {{"min", bound(*field.min)}, {"max", bound(*field.max)}});
    if (field.max_length)
      text += said("forms.hint.max_length", {{"most", std::to_string(*field.max_length)}});
    return text;
  }

  void explain() {
    book_.sheet(said("forms.sheet.explained"));
    int row = 0;
    book_.text(row++, 0, resource_.title.in(language_), CellStyle::title);
    if (!resource_.description.in(language_).empty())
      book_.text(row++, 0, resource_.description.in(language_), CellStyle::text);
    book_.text(row++, 0, said("forms.explained.provider", {{"provider", resource_.provider.in(language_)}}));
    if (context_.synthetic) book_.text(row++, 0, said("forms.synthetic"), CellStyle::mark);
    if (!resource_.key.empty()) {
      std::string keys;
      for (const auto& name : resource_.key)
        keys += (keys.empty() ? "" : " + ") + resource_.field(name)->title.in(language_);
      book_.text(row++, 0, said("forms.explained.key", {{"fields", keys}}));
    }
    ++row;
    int column = 0;
    for (const char* title : {"field", "required", "type", "meaning", "example", "choices"})
      book_.text(row, column++, said("forms.explained." + std::string(title)), CellStyle::header);
    ++row;
    for (const auto& field : resource_.fields) {
      std::string choices;
      for (const auto& choice : field.choices)
        choices += (choices.empty() ? "" : said("forms.between")) + choice.title.in(language_);
      book_.text(row, 0, field.title.in(language_));
      book_.text(row, 1, field.required ? said("forms.yes") : "");
      book_.text(row, 2, type_name(field));
      book_.text(row, 3, hint(field), CellStyle::quiet);
      book_.text(row, 4, example(field));
      book_.text(row, 5, choices, CellStyle::quiet);
      ++row;
    }
    for (const auto& [index, width] : {std::pair{0, 24}, {1, 10}, {2, 16}, {3, 56}, {4, 30}, {5, 50}})
      book_.column(index, width, CellStyle::text);
  }

  const BookContext& context_;
  const catalog::Resource& resource_;
  Language language_;
  spreadsheet::WorkbookWriter book_;
  std::vector<std::vector<std::string>> lists_;
};

}  // namespace

Result<std::string> template_book(const BookContext& context, const catalog::Resource& resource,
                                  Language language) {
  return workbook_bytes(context, [&](const std::string& path) {
    return TemplateBook(context, resource, language, path).write();
  });
}

}  // namespace jingwei::forms
