// Whether a profile that came through the C ABI is one that the bodies of include/fp4j can run.
#pragma once

#include "fp4j/fp4j_blocks.h"
#include "fp4j/profile.cuh"

namespace fp4j::host {

// Copies the data; false if a field has a value that the bodies do not know, or the rules do not fit together.
bool read_profile(const fp4j_profile& data, Profile* into);

// The number of elements that a row takes in storage; 0 columns take none. False if the profile refuses the length.
bool stored_columns(const Profile& profile, std::size_t columns, std::size_t* stored);

}  // namespace fp4j::host
