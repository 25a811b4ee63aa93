#include "tools/sql_source.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "tools/emit.h"

namespace jingwei::tools {

namespace {

struct Line {
  std::string_view text;
  int number;
};

std::vector<Line> lines_of(std::string_view text) {
  std::vector<Line> lines;
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back({line, number});
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// What follows `-- word:` on a comment line, or nothing.
std::optional<std::string_view> directive(std::string_view line, std::string_view word) {
  line = trimmed(line);
  if (!line.starts_with("--")) return std::nullopt;
  line = trimmed(line.substr(2));
  if (!line.starts_with(word)) return std::nullopt;
  return trimmed(line.substr(word.size()));
}

std::string without_semicolon(std::string_view text) {
  text = trimmed(text);
  while (text.ends_with(';')) text = trimmed(text.substr(0, text.size() - 1));
  return std::string(text);
}

// The numbers of $1…$n outside quotes.
std::set<int> parameters_of(std::string_view sql) {
  std::set<int> numbers;
  bool quoted = false;
  for (std::size_t at = 0; at < sql.size(); ++at) {
    if (sql[at] == '\'') quoted = !quoted;
    if (quoted || sql[at] != '$') continue;
    int number = 0;
    const auto [end, fault] = std::from_chars(sql.data() + at + 1, sql.data() + sql.size(), number);
    if (fault == std::errc{}) numbers.insert(number);
  }
  return numbers;
}

// One piece of a .sql file: everything under one `-- name:` or `-- part:` line.
struct Piece {
  enum class Kind : std::uint8_t { statement, part };
  Kind kind = Kind::statement;
  std::string name;
  std::string dialect;  // "", "sqlite", "postgres"
  std::string text;
  std::string scatter;
  int line = 1;
};

std::vector<Piece> pieces_of(const SourceFile& file, Problems& problems) {
  std::vector<Piece> pieces;
  for (const auto& [line, number] : lines_of(file.text)) {
    const auto part = directive(line, "part:");
    if (const auto name = part ? part : directive(line, "name:")) {
      Piece piece;
      if (part) piece.kind = Piece::Kind::part;
      const std::size_t at = name->find('@');
      piece.name = std::string(trimmed(name->substr(0, at)));
      if (at != std::string_view::npos) piece.dialect = std::string(trimmed(name->substr(at + 1)));
      piece.line = number;
      if (!is_identifier(piece.name) || piece.name == "migrations")
        problems.add(file.path, number,
                     "statement name `" + piece.name +
                         "` must be a lower_case name, free in C++ and not `migrations`");
      if (!piece.dialect.empty() && piece.dialect != "sqlite" && piece.dialect != "postgres")
        problems.add(file.path, number,
                     "unknown dialect `@" + piece.dialect + "`; expected @sqlite or @postgres");
      pieces.push_back(std::move(piece));
    } else if (const auto reason = directive(line, "scatter:")) {
      if (reason->empty() || pieces.empty()) {
        problems.add(file.path, number, "expected `-- scatter: <reason>` inside a statement");
      } else {
        pieces.back().scatter = std::string(*reason);
      }
    } else if (trimmed(line).starts_with("--") || trimmed(line).empty()) {
      continue;
    } else if (pieces.empty()) {
      problems.add(file.path, number, "expected `-- name: <statement>` before the first statement");
      return pieces;
    } else {
      pieces.back().text += std::string(line) + "\n";
    }
  }
  for (auto& piece : pieces) {
    piece.text = without_semicolon(piece.text);
    if (piece.text.empty()) problems.add(file.path, piece.line, "statement `" + piece.name + "` is empty");
    if (piece.text.find(")sql\"") != std::string::npos)
      problems.add(file.path, piece.line, "a statement cannot hold `)sql\"`");
  }
  return pieces;
}

// Text that several statements of a folder share stands once, under `-- part: <name>`; `{<name>}` takes it
// in. Parts hold no parts.
std::string with_parts(const SourceFile& file, const Piece& piece,
                       const std::map<std::string, std::string>& parts, Problems& problems) {
  std::string text;
  for (std::size_t at = 0; at < piece.text.size();) {
    const std::size_t open = std::min(piece.text.find('{', at), piece.text.size());
    text += piece.text.substr(at, open - at);
    if (open == piece.text.size()) break;
    const std::size_t close = piece.text.find('}', open);
    const std::string name =
        close == std::string::npos ? std::string() : piece.text.substr(open + 1, close - open - 1);
    const auto found = parts.find(name);
    if (found == parts.end()) {
      problems.add(file.path, piece.line,
                   "`" + piece.name + "` takes in `{" + name + "}`, which no `-- part:` of the folder is");
      return piece.text;
    }
    text += found->second;
    at = close + 1;
  }
  return text;
}

void check_parameters(const SqlStatement& statement, Problems& problems) {
  const auto sqlite = parameters_of(statement.sqlite), postgres = parameters_of(statement.postgres);
  if (!sqlite.empty() && (*sqlite.begin() != 1 || *sqlite.rbegin() != static_cast<int>(sqlite.size())))
    problems.add(statement.file, statement.line,
                 "parameters of `" + statement.name + "` must be $1…$n without gaps");
  if (sqlite != postgres)
    problems.add(statement.file, statement.line,
                 "both dialects of `" + statement.name + "` must take the same parameters");
}

// Keeps the lines of one dialect and drops comment lines.
std::string for_dialect(std::string_view text, std::string_view other) {
  std::string kept;
  for (const auto& [line, number] : lines_of(text)) {
    std::string_view body = trimmed(line);
    if (body.empty() || (body.starts_with("--"))) continue;
    const std::size_t mark = line.rfind("--@");
    std::string_view code = line;
    if (mark != std::string_view::npos) {
      if (trimmed(line.substr(mark + 3)) == other) continue;
      code = line.substr(0, mark);
    }
    const std::size_t end = code.find_last_not_of(" \t");
    kept += std::string(code.substr(0, end == std::string_view::npos ? 0 : end + 1)) + "\n";
  }
  return kept;
}

void check_marks(const SourceFile& file, Problems& problems) {
  for (const auto& [line, number] : lines_of(file.text)) {
    const std::size_t mark = line.rfind("--@");
    if (mark == std::string_view::npos) continue;
    const auto word = trimmed(line.substr(mark + 3));
    if (word != "sqlite" && word != "postgres")
      problems.add(file.path, number,
                   "unknown mark `--@" + std::string(word) +
                       "`; expected --@sqlite or --@postgres at the end of the line");
  }
}

}  // namespace

std::vector<SqlStatement> read_statements(const FolderSources& folder, Problems& problems) {
  std::vector<SqlStatement> statements;
  std::map<std::string, std::size_t> index;
  std::set<std::string> seen;
  std::vector<std::pair<const SourceFile*, Piece>> pieces;
  std::map<std::string, std::string> parts;
  for (const auto& file : folder.sql) {
    for (auto& piece : pieces_of(file, problems)) {
      if (piece.kind == Piece::Kind::statement) {
        pieces.emplace_back(&file, std::move(piece));
      } else if (!parts.emplace(piece.name, piece.text).second) {
        problems.add(file.path, piece.line,
                     "part `" + piece.name + "` stands twice; names are unique in a folder");
      }
    }
  }
  for (auto& [from, piece] : pieces) {
    const SourceFile& file = *from;
    piece.text = with_parts(file, piece, parts, problems);
    if (!seen.insert(piece.name + "@" + piece.dialect).second) {
      problems.add(file.path, piece.line,
                   "statement `" + piece.name + "` stands twice; names are unique in a folder");
      continue;
    }
    const auto [found, fresh] = index.emplace(piece.name, statements.size());
    if (fresh) {
      SqlStatement statement;
      statement.name = piece.name;
      statement.file = file.path;
      statement.line = piece.line;
      statements.push_back(std::move(statement));
    }
    SqlStatement& statement = statements[found->second];
    if (!piece.scatter.empty()) statement.scatter = piece.scatter;
    // A variant of one dialect stands over the common text, whichever comes first.
    const bool has_sqlite = seen.contains(piece.name + "@sqlite"),
               has_postgres = seen.contains(piece.name + "@postgres");
    if (piece.dialect == "sqlite" || (piece.dialect.empty() && !has_sqlite)) statement.sqlite = piece.text;
    if (piece.dialect == "postgres" || (piece.dialect.empty() && !has_postgres))
      statement.postgres = piece.text;
  }
  for (const auto& statement : statements) {
    if (statement.sqlite.empty() || statement.postgres.empty()) {
      problems.add(statement.file, statement.line,
                   "statement `" + statement.name + "` lacks its " +
                       (statement.sqlite.empty() ? "@sqlite" : "@postgres") + " variant");
      continue;
    }
    check_parameters(statement, problems);
  }
  return statements;
}

std::vector<SqlMigration> read_migrations(const FolderSources& folder, Problems& problems) {
  std::vector<SqlMigration> migrations;
  for (const auto& file : folder.migrations) {
    const std::string name = file.path.substr(file.path.rfind('/') + 1);
    SqlMigration migration;
    migration.file = file.path;
    const auto [end, fault] = std::from_chars(name.data(), name.data() + name.size(), migration.number);
    const std::size_t digits = static_cast<std::size_t>(end - name.data());
    if (fault != std::errc{} || digits != 4 || name.size() < 10 || name[4] != '_') {
      problems.add(file.path, 1, "a migration is named 0001_title.sql");
      continue;
    }
    migration.title = name.substr(5, name.size() - 9);
    if (migration.number != static_cast<int>(migrations.size()) + 1)
      problems.add(file.path, 1,
                   "expected migration " + std::to_string(migrations.size() + 1) +
                       " next: numbers have no gaps and stand once");
    check_marks(file, problems);
    migration.sqlite = for_dialect(file.text, "postgres");
    migration.postgres = for_dialect(file.text, "sqlite");
    migration.annotated = file.text;
    if (file.text.find(")sql\"") != std::string::npos)
      problems.add(file.path, 1, "a migration cannot hold `)sql\"`");
    migrations.push_back(std::move(migration));
  }
  return migrations;
}

GeneratedPair generate_sql(const FolderSources& folder, Problems& problems) {
  const auto statements = read_statements(folder, problems);
  const auto migrations = read_migrations(folder, problems);
  if (!problems.empty()) return {};
  const std::string module(folder.module_name());
  const std::string space = "jingwei::" + module + "::sql";
  const std::string note = generated_note(folder.folder + "/sql and " + folder.folder + "/migrations");
  GeneratedPair made;
  std::string& header = made.header;
  header = note + "#pragma once\n\n#include <span>\n\n#include \"storage/statement.h\"\n\nnamespace " +
           space + " {\n\n";
  for (const auto& statement : statements) {
    header += "// " + statement.file + ":" + std::to_string(statement.line) + "\n";
    header += "extern const storage::Statement " + statement.name + ";\n";
  }
  header +=
      "\n// In the order of their numbers.\nstd::span<const storage::Migration> migrations();\n\n}  // "
      "namespace " +
      space + "\n";

  std::string& source = made.source;
  source = note + "#include \"" + folder.folder + "/sql.gen.h\"\n\n#include <vector>\n\nnamespace " + space +
           " {\n\n";
  for (const auto& statement : statements) {
    const std::string full = cpp_literal(module + "." + statement.name);
    source += "const storage::Statement " + statement.name + "{\n    " + full + ",\n    " +
              cpp_raw_literal(statement.sqlite) + ",\n    " + cpp_raw_literal(statement.postgres) + "};\n\n";
  }
  source +=
      "std::span<const storage::Migration> migrations() {\n  static const std::vector<storage::Migration> "
      "steps = {\n";
  for (const auto& migration : migrations) {
    source += "      {" + cpp_literal(module) + ", " + std::to_string(migration.number) + ", " +
              cpp_literal(migration.title) + ",\n       " + cpp_raw_literal(migration.sqlite) + ",\n       " +
              cpp_raw_literal(migration.postgres) + "},\n";
  }
  source += "  };\n  return steps;\n}\n\n}  // namespace " + space + "\n";
  return made;
}

}  // namespace jingwei::tools
