// What a synthetic city's rows are of in truth, and how far links agree with it.
#pragma once

#include <cstdint>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace jingwei::testing {

// A row of a department's file: its name without folders, and line.
using RowName = std::pair<std::string, std::int64_t>;

// truth/rows.csv below the city's folder: whom each row is of ("P17").
inline std::map<RowName, std::string> read_city_truth(const std::string& folder) {
  std::map<RowName, std::string> truth;
  std::ifstream file(folder + "/truth/rows.csv");
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    const std::size_t first = line.find(','), second = line.find(',', first + 1),
                      third = line.find(',', second + 1);
    const std::size_t folder_end = line.rfind('/', first) + 1;
    truth[{line.substr(folder_end, first - folder_end),
           std::stoll(line.substr(first + 1, second - first - 1))}] =
        line.substr(second + 1, third - second - 1);
  }
  return truth;
}

// Pairs of records that are held for one person against those that are.
struct CityAgreement {
  double precision = 1, recall = 1;
  std::size_t records = 0;
};

// Of records, each the subject it was linked to and the person it is of.
inline CityAgreement city_agreement(const std::vector<std::pair<std::int64_t, std::string>>& records) {
  std::map<std::pair<std::int64_t, std::string>, double> both;
  std::map<std::int64_t, double> by_subject;
  std::map<std::string, double> by_person;
  for (const auto& one : records) {
    ++both[one];
    ++by_subject[one.first];
    ++by_person[one.second];
  }
  const auto pairs = [](const auto& counts) {
    double all = 0;
    for (const auto& [key, count] : counts) all += count * (count - 1) / 2;
    return all;
  };
  const double linked = pairs(by_subject), true_pairs = pairs(by_person), right = pairs(both);
  return {linked > 0 ? right / linked : 1, true_pairs > 0 ? right / true_pairs : 1, records.size()};
}

}  // namespace jingwei::testing
