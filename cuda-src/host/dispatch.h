// Which of the instruction sets that the loops are compiled for this processor has.
#pragma once

namespace fp4j::host {

enum class Level { baseline, avx2, avx512, avx512vnni };

// The best level, lowered to what the environment variable FP4J_INSTRUCTION_SET names, if it names one: baseline, avx2, avx512, avx512vnni.
Level usable_level();

}  // namespace fp4j::host
