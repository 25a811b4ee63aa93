#include "modules/ingest/reading/xlsx_workbook.h"

#include "base/limits.h"
#include "base/text.h"
#include "modules/ingest/reading/xml_elements.h"

namespace jingwei::ingest {

namespace {

// Relations of a part: id → (last word of the type, target as a name in the archive).
struct Relation {
  std::string id, type, target;
};

std::string resolved(std::string_view folder, std::string_view target) {
  if (target.starts_with('/')) return std::string(target.substr(1));
  std::string path(folder);
  while (target.starts_with("../")) {
    target.remove_prefix(3);
    const std::size_t slash = path.rfind('/');
    path.resize(slash == std::string::npos ? 0 : slash);
  }
  if (target.starts_with("./")) target.remove_prefix(2);
  return path.empty() ? std::string(target) : path + '/' + std::string(target);
}

Result<std::vector<Relation>> relations_of(ZipArchive& archive, const std::string& part) {
  const std::size_t slash = part.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : part.substr(0, slash);
  const std::string file = slash == std::string::npos ? part : part.substr(slash + 1);
  std::vector<Relation> relations;
  const auto entry = archive.find((folder.empty() ? "" : folder + '/') + "_rels/" + file + ".rels");
  if (!entry) return relations;
  JW_ASSIGN(std::string text, archive.read_entry(*entry, limits::workbook_part_bytes));
  pugi::xml_document document;
  JW_TRY(parse_xml(text, document));
  for (const auto& node : document.document_element().children()) {
    if (local_name(node.name()) != "Relationship") continue;
    const std::string_view type = node.attribute("Type").value();
    relations.push_back({node.attribute("Id").value(), std::string(type.substr(type.rfind('/') + 1)),
                         resolved(folder, node.attribute("Target").value())});
  }
  return relations;
}

// The value of the attribute of this name whatever its prefix (r:id).
std::string_view attribute_of(const pugi::xml_node& node, std::string_view name) {
  for (const auto& attribute : node.attributes()) {
    if (local_name(attribute.name()) == name) return attribute.value();
  }
  return {};
}

bool is_true(std::string_view text) {
  return text == "1" || text == "true";
}

Result<std::string> main_part(ZipArchive& archive) {
  JW_ASSIGN(const auto relations, relations_of(archive, ""));
  for (const Relation& relation : relations) {
    if (relation.type == "officeDocument" && archive.find(relation.target)) return relation.target;
  }
  return std::string("xl/workbook.xml");
}

Result<void> read_sheets(ZipArchive& archive, const std::string& part, const std::vector<Relation>& relations,
                         Workbook& workbook) {
  const auto entry = archive.find(part);
  if (!entry) return workbook_damaged("no " + part);
  JW_ASSIGN(std::string text, archive.read_entry(*entry, limits::workbook_part_bytes));
  pugi::xml_document document;
  JW_TRY(parse_xml(text, document));
  for (const auto& node : document.document_element().children()) {
    if (local_name(node.name()) == "workbookPr" && is_true(node.attribute("date1904").value()))
      workbook.days = DaySystem::from_1904;
    if (local_name(node.name()) != "sheets") continue;
    for (const auto& sheet : node.children()) {
      const std::string_view id = attribute_of(sheet, "id");
      const auto relation = std::ranges::find(relations, id, &Relation::id);
      if (relation == relations.end() || relation->type != "worksheet") continue;
      const auto target = archive.find(relation->target);
      if (!target) continue;
      const std::string_view state = sheet.attribute("state").value();
      workbook.sheets.push_back({text::squeeze(sheet.attribute("name").value()), *target,
                                 state == "hidden" || state == "veryHidden"});
      if (workbook.sheets.size() > limits::workbook_sheets)
        return Error(ErrorCode::too_large, "ingest.workbook_sheets")
            .with("most", std::to_string(limits::workbook_sheets));
    }
  }
  if (workbook.sheets.empty()) return Error(ErrorCode::invalid, "ingest.workbook_empty");
  return {};
}

Result<void> read_formats(ZipArchive& archive, std::size_t entry, Workbook& workbook) {
  JW_ASSIGN(std::string text, archive.read_entry(entry, limits::workbook_part_bytes));
  pugi::xml_document document;
  JW_TRY(parse_xml(text, document));
  std::map<int, CellFormat> custom;
  for (const auto& part : document.document_element().children()) {
    if (local_name(part.name()) == "numFmts") {
      for (const auto& format : part.children())
        custom[format.attribute("numFmtId").as_int(-1)] = format_of(format.attribute("formatCode").value());
    }
    if (local_name(part.name()) != "cellXfs") continue;
    for (const auto& style : part.children()) {
      const int id = style.attribute("numFmtId").as_int(0);
      const auto known = custom.find(id);
      workbook.formats.push_back(known == custom.end() ? builtin_format(id) : known->second);
    }
  }
  return {};
}

}  // namespace

Result<void> SharedStrings::read(std::unique_ptr<ByteSource> source, std::uint64_t bytes_at_most) {
  // Address space only: pages are taken as text comes.
  text_.reserve(
      static_cast<std::size_t>(std::min<std::uint64_t>(bytes_at_most, limits::workbook_text_bytes)));
  XmlElements elements(std::move(source), "sst", "si");
  for (;;) {
    JW_ASSIGN(const pugi::xml_node node, elements.next());
    if (!node) return {};
    append_rich_text(node, text_);
    // An entry costs memory even when it is empty.
    if (text_.size() + ends_.size() * sizeof(std::uint32_t) > limits::workbook_text_bytes)
      return Error(ErrorCode::too_large, "ingest.workbook_strings")
          .with("megabytes", std::to_string(limits::workbook_text_bytes >> 20));
    ends_.push_back(static_cast<std::uint32_t>(text_.size()));
  }
}

bool SharedStrings::find(std::size_t index, std::string_view& text) const {
  if (index >= ends_.size()) return false;
  const std::size_t begin = index == 0 ? 0 : ends_[index - 1];
  text = {text_.data() + begin, ends_[index] - begin};
  return true;
}

Result<bool> is_workbook(const ZipArchive& archive) {
  if (archive.find("xl/workbook.bin")) return Error(ErrorCode::unsupported, "ingest.is_binary_workbook");
  if (archive.find("xl/workbook.xml")) return true;
  if (archive.find("word/document.xml") || archive.find("ppt/presentation.xml"))
    return Error(ErrorCode::unsupported, "ingest.is_word");
  if (archive.find("mimetype") && archive.find("META-INF/manifest.xml"))
    return Error(ErrorCode::unsupported, "ingest.is_open_document");
  // A workbook whose main part has another name says so in its content types.
  return archive.find("[Content_Types].xml").has_value() && archive.find("_rels/.rels").has_value();
}

Result<std::shared_ptr<const Workbook>> open_workbook(std::shared_ptr<ZipArchive> archive) {
  auto workbook = std::make_shared<Workbook>();
  workbook->archive = archive;
  JW_ASSIGN(const std::string part, main_part(*archive));
  JW_ASSIGN(const auto relations, relations_of(*archive, part));
  JW_TRY(read_sheets(*archive, part, relations, *workbook));
  for (const Relation& relation : relations) {
    const auto entry = archive->find(relation.target);
    if (!entry) continue;
    if (relation.type == "vbaProject") workbook->has_macros = true;
    if (relation.type == "styles") JW_TRY(read_formats(*archive, *entry, *workbook));
    if (relation.type == "sharedStrings") {
      JW_ASSIGN(auto source, archive->open_entry(*entry));
      JW_TRY(workbook->strings.read(std::move(source), archive->entries()[*entry].bytes));
    }
  }
  return std::shared_ptr<const Workbook>(std::move(workbook));
}

}  // namespace jingwei::ingest
