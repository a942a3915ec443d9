// The model file: {magic, version, sections, 0}, then each section with its length in words before it.
#pragma once
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

namespace aatgs::lbs::train {

class ModelFile {
 public:
  template <class T>
  void add(const std::vector<T>& values) {
    std::vector<uint32_t> words(values.size() * sizeof(T) / 4);
    std::memcpy(words.data(), values.data(), 4 * words.size());
    sections_.push_back(std::move(words));
  }
  void write(const std::string& path) const {
    FILE* file = std::fopen(path.c_str(), "wb");
    if (!file) throw std::runtime_error("cannot write " + path);
    const uint32_t header[4] = {0x4d53424c, 1, static_cast<uint32_t>(sections_.size()), 0};
    std::fwrite(header, 4, 4, file);
    for (const auto& section : sections_) {
      const auto words = static_cast<uint32_t>(section.size());
      std::fwrite(&words, 4, 1, file);
      std::fwrite(section.data(), 4, words, file);
    }
    std::fclose(file);
  }

 private:
  std::vector<std::vector<uint32_t>> sections_;
};

}  // namespace aatgs::lbs::train
