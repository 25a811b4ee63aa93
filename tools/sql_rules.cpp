#include "tools/sql_rules.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>

#include "tools/sql_source.h"

namespace jingwei::tools {

namespace {

struct Token {
  std::string text;  // lower case; quoted names without quotes, string literals as ''
  int line = 1;
  bool declaration =
      false;  // a `-- distributed by:` or `-- reference` comment: text holds the column or nothing
};

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$';
}

// Words and single signs. Comments vanish but for declarations of tables.
std::vector<Token> tokens_of(std::string_view sql) {
  std::vector<Token> tokens;
  int line = 1;
  for (std::size_t at = 0; at < sql.size();) {
    const char c = sql[at];
    if (c == '\n') ++line;
    if (std::isspace(static_cast<unsigned char>(c)) != 0) {
      ++at;
    } else if (sql.substr(at).starts_with("--")) {
      const std::size_t end = std::min(sql.find('\n', at), sql.size());
      std::string_view comment = sql.substr(at + 2, end - at - 2);
      comment.remove_prefix(std::min(comment.find_first_not_of(' '), comment.size()));
      constexpr std::string_view by = "distributed by:";
      if (comment.starts_with(by)) {
        std::string column(comment.substr(by.size()));
        std::erase_if(column, [](unsigned char letter) { return std::isspace(letter) != 0; });
        tokens.push_back({column, line, true});
      } else if (comment.starts_with("reference")) {
        tokens.push_back({"", line, true});
      }
      at = end;
    } else if (c == '\'') {
      std::size_t end = at + 1;
      while (end < sql.size() && !(sql[end] == '\'' && (end + 1 >= sql.size() || sql[end + 1] != '\'')))
        end += sql[end] == '\'' ? 2 : 1;
      tokens.push_back({"''", line, false});
      at = std::min(end + 1, sql.size());
    } else if (c == '"') {
      const std::size_t end = std::min(sql.find('"', at + 1), sql.size());
      tokens.push_back({std::string(sql.substr(at + 1, end - at - 1)), line, false});
      at = std::min(end + 1, sql.size());
    } else if (is_word(c)) {
      std::size_t end = at;
      while (end < sql.size() && is_word(sql[end])) ++end;
      std::string word(sql.substr(at, end - at));
      std::transform(word.begin(), word.end(), word.begin(),
                     [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
      tokens.push_back({std::move(word), line, false});
      at = end;
    } else {
      tokens.push_back({std::string(1, c), line, false});
      ++at;
    }
  }
  return tokens;
}

std::string_view word_at(const std::vector<Token>& tokens, std::size_t at) {
  return at < tokens.size() && !tokens[at].declaration ? std::string_view(tokens[at].text)
                                                       : std::string_view();
}

// Words at depth one of the brackets that open at `open`; moves past the closing one.
std::vector<std::string> bracketed(const std::vector<Token>& tokens, std::size_t& open) {
  std::vector<std::string> words;
  int depth = 0;
  for (; open < tokens.size(); ++open) {
    if (tokens[open].declaration) continue;
    const std::string& text = tokens[open].text;
    if (text == "(") ++depth;
    if (text == ")" && --depth == 0) {
      ++open;
      break;
    }
    if (depth == 1 && is_word(text[0])) words.push_back(text);
  }
  return words;
}

bool holds(const std::vector<std::string>& words, std::string_view wanted) {
  return std::find(words.begin(), words.end(), wanted) != words.end();
}

// Checks the keys inside CREATE TABLE's brackets.
void check_keys(const std::vector<Token>& tokens, std::size_t open, const SqlTable& table,
                Problems& problems) {
  int depth = 0;
  std::string column;  // the column (or constraint) that this entry defines
  bool at_entry = false, found = false;
  for (std::size_t at = open; at < tokens.size(); ++at) {
    if (tokens[at].declaration) continue;
    const std::string& text = tokens[at].text;
    if (text == "(" && ++depth == 1) at_entry = true;
    if (text == ")" && --depth == 0) break;
    if (depth == 1 && text == ",") at_entry = true;
    if (depth == 1 && at_entry && is_word(text[0])) {
      column = text;
      at_entry = false;
      found = found || column == table.distribution;
    }
    const bool primary = text == "primary" && word_at(tokens, at + 1) == "key";
    if (depth != 1 || (!primary && text != "unique")) continue;
    std::size_t next = at + (primary ? 2 : 1);
    std::vector<std::string> keys = {column};
    if (word_at(tokens, next) == "(") keys = bracketed(tokens, next);
    if (!holds(keys, table.distribution))
      problems.add(table.file, tokens[at].line,
                   "a unique key of `" + table.name + "` must contain its distribution column `" +
                       table.distribution + "`");
  }
  if (!found)
    problems.add(table.file, table.line,
                 "`" + table.name + "` has no column `" + table.distribution + "` to be distributed by");
}

// Tables a statement touches, each with what it does there.
struct Use {
  const SqlTable* table = nullptr;
  std::string alias;
  bool insert = false;
  std::size_t at = 0;  // token of the name
};

const std::set<std::string, std::less<>> after_table = {
    "set",   "where",   "on",    "join",   "left",   "inner",     "cross",   "using",
    "order", "group",   "limit", "values", "select", "returning", "natural", "full",
    "right", "default", "union", "for",    "having", "as"};

std::vector<Use> uses_of(const std::vector<Token>& tokens, const SqlTables& tables) {
  std::vector<Use> uses;
  bool in_from = false;
  for (std::size_t at = 0; at < tokens.size(); ++at) {
    const std::string_view word = word_at(tokens, at);
    const bool updates =
        word == "update" && word_at(tokens, at + 1) != "set" && (at == 0 || word_at(tokens, at - 1) != "for");
    const bool names =
        word == "from" || word == "join" || word == "into" || updates || (in_from && word == ",");
    if (word == "from") in_from = true;
    if (word == "where" || word == "set" || word == "group" || word == "order" || word == "(" ||
        word == ")" || word == "on")
      in_from = false;
    if (!names) continue;
    const auto found = tables.find(std::string(word_at(tokens, at + 1)));
    if (found == tables.end()) continue;
    Use use{&found->second, found->first, word == "into", at + 1};
    std::size_t next = at + 2;
    if (word_at(tokens, next) == "as") ++next;
    const std::string_view alias = word_at(tokens, next);
    if (!alias.empty() && is_word(alias[0]) && !after_table.contains(alias)) use.alias = std::string(alias);
    uses.push_back(std::move(use));
  }
  return uses;
}

// True when a WHERE or ON clause compares `column` (bare, or qualified by this use's alias) with = or IN.
bool is_filtered(const std::vector<Token>& tokens, const Use& use, const std::string& column) {
  bool in_clause = false;
  for (std::size_t at = 0; at < tokens.size(); ++at) {
    const std::string_view word = word_at(tokens, at);
    if (word == "where" || (word == "on" && word_at(tokens, at + 1) != "conflict")) in_clause = true;
    if (word == "set" || word == "select" || word == "returning" || word == "order" || word == "group")
      in_clause = false;
    if (word == "using" && word_at(tokens, at + 1) == "(") {
      std::size_t open = at + 1;
      if (holds(bracketed(tokens, open), column)) return true;
    }
    if (!in_clause || word != column) continue;
    const bool qualified = at >= 2 && word_at(tokens, at - 1) == ".";
    if (qualified && word_at(tokens, at - 2) != use.alias && word_at(tokens, at - 2) != use.table->name)
      continue;
    const std::string_view next = word_at(tokens, at + 1);
    const std::string_view before = word_at(tokens, at - (qualified ? 3 : 1));
    if (next == "=" || next == "in" || before == "=") return true;
  }
  return false;
}

void check_insert(const std::vector<Token>& tokens, const Use& use, const SqlStatement& statement,
                  Problems& problems) {
  const std::string where = "`" + statement.name + "`: ";
  std::size_t open = use.at + 1;
  if (word_at(tokens, open) == "(" && !holds(bracketed(tokens, open), use.table->distribution))
    problems.add(statement.file, statement.line,
                 where + "INSERT INTO " + use.table->name + " must give `" + use.table->distribution + "`");
  for (std::size_t at = open; at + 1 < tokens.size(); ++at) {
    if (word_at(tokens, at) != "on" || word_at(tokens, at + 1) != "conflict" ||
        word_at(tokens, at + 2) != "(")
      continue;
    std::size_t target = at + 2;
    if (!holds(bracketed(tokens, target), use.table->distribution))
      problems.add(
          statement.file, statement.line,
          where + "ON CONFLICT of " + use.table->name + " must contain `" + use.table->distribution + "`");
  }
}

void check_statement(const SqlStatement& statement, const std::string& sql, const SqlTables& tables,
                     Problems& problems) {
  const auto tokens = tokens_of(sql);
  for (const auto& use : uses_of(tokens, tables)) {
    if (use.table->distribution.empty()) continue;
    if (use.insert) {
      check_insert(tokens, use, statement, problems);
    } else if (statement.scatter.empty() && !is_filtered(tokens, use, use.table->distribution)) {
      problems.add(statement.file, statement.line,
                   "`" + statement.name + "`: " + use.table->name +
                       " must be found by its distribution column `" + use.table->distribution +
                       "` in WHERE or ON, or the statement says `-- scatter: <reason>`");
    }
  }
}

}  // namespace

void read_tables(const FolderSources& folder, SqlTables& tables, Problems& problems) {
  for (const auto& migration : read_migrations(folder, problems)) {
    const auto tokens = tokens_of(migration.annotated);
    std::optional<std::string> declared;
    for (std::size_t at = 0; at < tokens.size(); ++at) {
      if (tokens[at].declaration) declared = tokens[at].text;
      if (word_at(tokens, at) == ";") declared.reset();
      if (word_at(tokens, at) != "create" || word_at(tokens, at + 1) != "table") continue;
      std::size_t name = at + 2;
      if (word_at(tokens, name) == "if") name += 3;
      SqlTable table{std::string(word_at(tokens, name)), declared.value_or(""), migration.file,
                     tokens[at].line};
      if (!declared) {
        problems.add(
            migration.file, tokens[at].line,
            "table `" + table.name + "` needs `-- distributed by: <column>` or `-- reference` before it");
      } else if (!table.distribution.empty()) {
        check_keys(tokens, name + 1, table, problems);
      }
      if (const auto [found, fresh] = tables.emplace(table.name, table); !fresh)
        problems.add(migration.file, tokens[at].line,
                     "table `" + table.name + "` stands in " + found->second.file + " too");
      declared.reset();
    }
  }
}

void check_sql_rules(const FolderSources& folder, const SqlTables& tables, Problems& problems) {
  for (const auto& migration : read_migrations(folder, problems)) {
    const auto tokens = tokens_of(migration.annotated);
    for (std::size_t at = 0; at < tokens.size(); ++at) {
      if (word_at(tokens, at) != "unique" || word_at(tokens, at + 1) != "index") continue;
      std::size_t on = at;
      while (on < tokens.size() && word_at(tokens, on) != "on") ++on;
      const auto found = tables.find(std::string(word_at(tokens, on + 1)));
      if (found == tables.end() || found->second.distribution.empty()) continue;
      std::size_t open = on + 2;
      if (!holds(bracketed(tokens, open), found->second.distribution))
        problems.add(migration.file, tokens[at].line,
                     "a unique index of `" + found->first + "` must contain its distribution column `" +
                         found->second.distribution + "`");
    }
  }
  for (const auto& statement : read_statements(folder, problems)) {
    check_statement(statement, statement.postgres, tables, problems);
  }
}

}  // namespace jingwei::tools
