package io.github.fp4j.conformance.tensorfile;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Ways to spoil a tensor file, each driven by a random generator alone. */
enum Corruption {
  TRUNCATE {
    @Override
    byte[] apply(byte[] file, Random random) {
      return Arrays.copyOf(file, random.nextInt(file.length));
    }
  },
  FLIP_BITS {
    @Override
    byte[] apply(byte[] file, Random random) {
      byte[] spoiled = file.clone();
      for (int i = random.nextInt(4); i >= 0; i--) {
        spoiled[random.nextInt(spoiled.length)] ^= (byte) (1 << random.nextInt(8));
      }
      return spoiled;
    }
  },
  WRITE_A_NUMBER {
    @Override
    byte[] apply(byte[] file, Random random) {
      byte[] spoiled = file.clone();
      int size = random.nextBoolean() ? 8 : 4;
      long number = EXTREMES[random.nextInt(EXTREMES.length)] + random.nextInt(3) - 1;
      ByteBuffer bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(number);
      System.arraycopy(bytes.array(), 0, spoiled, random.nextInt(spoiled.length - 8), size);
      return spoiled;
    }
  },
  REPLACE_DIGITS {
    @Override
    byte[] apply(byte[] file, Random random) {
      return replaceInHeader(file, "\\d+", random, Long.toUnsignedString(EXTREMES[random.nextInt(EXTREMES.length)] + random.nextInt(3) - 1));
    }
  },
  MOVE_AN_OFFSET {
    @Override
    byte[] apply(byte[] file, Random random) {
      return replaceInHeader(file, "\\d+", random, Integer.toString(random.nextInt(128)));
    }
  },
  CHANGE_TYPE {
    @Override
    byte[] apply(byte[] file, Random random) {
      DataType type = DataType.values()[random.nextInt(DataType.values().length)];
      return replaceInHeader(file, "F32|F64|BF16|F16|U8|I64|<f4|<u1|<i8|\\|u1", random, random.nextBoolean() ? type.safetensorsName() : type.npyDescriptor());
    }
  },
  NEST {
    @Override
    byte[] apply(byte[] file, Random random) {
      String opening = random.nextBoolean() ? "[" : "{\"a\":";
      return replaceInHeader(file, "\\d+|\"[a-z0-9]+\"|\\{", random, opening.repeat(1 + random.nextInt(2000)));
    }
  },
  SPOIL_TEXT {
    @Override
    byte[] apply(byte[] file, Random random) {
      byte[][] noText = {{(byte) 0xFF}, {(byte) 0xC0, (byte) 0x80}, {(byte) 0xED, (byte) 0xA0, (byte) 0x80}, {(byte) 0xF8}, {(byte) 0xE2, (byte) 0x98}, {0}};
      byte[] bytes = noText[random.nextInt(noText.length)];
      byte[] spoiled = file.clone();
      System.arraycopy(bytes, 0, spoiled, random.nextInt(spoiled.length - bytes.length), bytes.length);
      return spoiled;
    }
  },
  COPY_A_PIECE {
    @Override
    byte[] apply(byte[] file, Random random) {
      byte[] spoiled = file.clone();
      int length = 1 + random.nextInt(Math.min(64, file.length - 1));
      System.arraycopy(file, random.nextInt(file.length - length), spoiled, random.nextInt(file.length - length), length);
      return spoiled;
    }
  },
  REMOVE_A_PIECE {
    @Override
    byte[] apply(byte[] file, Random random) {
      int from = random.nextInt(file.length - 1);
      int to = Math.min(file.length, from + 1 + random.nextInt(32));
      ByteBuffer shorter = ByteBuffer.allocate(file.length - (to - from)).put(file, 0, from).put(file, to, file.length - to);
      return random.nextBoolean() ? withLength(shorter.array(), from - to) : shorter.array();
    }
  };

  private static final long[] EXTREMES = {
    0, 1, 2, 255, 65536, Integer.MAX_VALUE, 1L << 32, 1L << 40, 1L << 61, 1L << 62, Long.MAX_VALUE, Long.MIN_VALUE, -1, 100_000_000
  };

  abstract byte[] apply(byte[] file, Random random);

  /** Replaces one match of {@code pattern} in the bytes as Latin-1 text, and adjusts the header length of safetensors and npy to it. */
  private static byte[] replaceInHeader(byte[] file, String pattern, Random random, String replacement) {
    String text = new String(file, StandardCharsets.ISO_8859_1);
    MatchResult[] matches = Pattern.compile(pattern).matcher(text).results().toArray(MatchResult[]::new);
    if (matches.length == 0) {
      return FLIP_BITS.apply(file, random);
    }
    MatchResult match = matches[random.nextInt(matches.length)];
    String changed = text.substring(0, match.start()) + replacement + text.substring(match.end());
    return withLength(changed.getBytes(StandardCharsets.ISO_8859_1), changed.length() - text.length());
  }

  private static byte[] withLength(byte[] file, int growth) {
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    if (file.length > 10 && file[0] == (byte) 0x93) {
      bytes.putShort(8, (short) (bytes.getShort(8) + growth));
    } else if (file.length > 8 && file[8] == '{') {
      bytes.putLong(0, bytes.getLong(0) + growth);
    }
    return file;
  }
}
