#include "scenario/new_package.h"

#include "scenario/shape.h"
#include "scenario/shape_schema.h"
#include "scenario/template.gen.h"
#include "schema/pattern.h"

namespace jingwei::scenario {

namespace {

constexpr std::size_t id_bytes_most = 40;  // with "-form" behind it, it is still an id

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

// "street-lamp" → "SL", "lamp" → "LA".
std::string prefix_of(std::string_view id) {
  std::string initials;
  bool start = true;
  for (const char c : id) {
    if (start && c >= 'a' && c <= 'z' && initials.size() < 6) initials += static_cast<char>(c - 'a' + 'A');
    start = c == '-';
  }
  for (std::size_t at = 1; initials.size() < 2 && at < id.size(); ++at) {
    if (id[at] >= 'a' && id[at] <= 'z') initials += static_cast<char>(id[at] - 'a' + 'A');
  }
  while (initials.size() < 2) initials += 'X';
  return initials;
}

}  // namespace

Result<std::map<std::string, std::string>> new_package(const std::string& id) {
  static const auto form = schema::Pattern::compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");
  JW_ASSERT(form.ok());
  if (id.size() > id_bytes_most || !form->matches(id))
    return Error(ErrorCode::invalid, "scenario.bad_id")
        .with("id", id)
        .with("most", std::to_string(id_bytes_most));
  std::map<std::string, std::string> files;
  for (const auto& [name, source] : template_sources) {
    std::string text(source);
    replace_all(text, "{{id}}", id);
    replace_all(text, "{{prefix}}", prefix_of(id));
    files.emplace(name, std::move(text));
  }
  const Shapes& shapes = Shapes::built_in();
  for (const auto& file : shapes.files())
    files.emplace(".schema/" + schema_name(file), json_schema_of(shapes, file));
  return files;
}

}  // namespace jingwei::scenario
