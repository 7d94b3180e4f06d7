package holdfast.bench;

import holdfast.lz4.Lz4Compressor;
import holdfast.lz4.Lz4Decompressor;
import holdfast.lz4.Lz4Level;
import io.airlift.compress.v3.lz4.Lz4JavaCompressor;
import io.airlift.compress.v3.lz4.Lz4JavaDecompressor;
import io.airlift.compress.v3.lz4.Lz4NativeCompressor;
import io.airlift.compress.v3.lz4.Lz4NativeDecompressor;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import net.jpountz.lz4.LZ4Factory;

/** The block codecs by name. A name decides the code and the flags of the JVM that runs it. */
final class Contenders {
  /** Ending of the names that run in a JVM where native access is denied. */
  static final String DENIED = "-denied";

  /** Those of {@link Allocators}; they all run in threads that Netty likes. */
  private static final Set<String> ALLOCATORS =
      Set.of(
          "holdfast",
          "holdfast-compact",
          "holdfast-trusted",
          "holdfast-compact-trusted",
          "holdfast-slices",
          "malloc",
          "malloc-critical",
          "netty-pooled",
          "netty-adaptive",
          "arena-confined");

  private Contenders() {}

  /** The codec of that name at a level: 1 is the fast mode, 2 to 12 are the HC levels. */
  static BlockCodec of(String name, int level) {
    return switch (name) {
      case "holdfast-array", "holdfast-array-denied" -> {
        var compressor = Lz4Compressor.of(level(level));
        var decompressor = Lz4Decompressor.create();
        yield new BlockCodec.OnArrays(compressor::compress, decompressor::decompress);
      }
      case "holdfast-native", "holdfast-native-denied" -> {
        var compressor = Lz4Compressor.of(level(level));
        var decompressor = Lz4Decompressor.create();
        yield new BlockCodec.OnSegments(compressor::compress, decompressor::decompress);
      }
      case "liblz4" ->
          level == 1
              ? new BlockCodec.OnSegments(LibLz4::compress, LibLz4::decompress)
              : new BlockCodec.OnSegments(
                  (src, dst) -> LibLz4.compressHc(src, dst, level), LibLz4::decompress);
      case "lz4-java-jni" -> jpountz(LZ4Factory.nativeInstance(), level);
      case "lz4-java-java" -> jpountz(LZ4Factory.safeInstance(), level);
      case "aircompressor2" -> {
        onlyFast(name, level);
        var compressor = new io.airlift.compress.lz4.Lz4Compressor();
        var decompressor = new io.airlift.compress.lz4.Lz4Decompressor();
        yield new BlockCodec.OnArrays(compressor::compress, decompressor::decompress);
      }
      case "aircompressor3-java" -> {
        onlyFast(name, level);
        var compressor = new Lz4JavaCompressor();
        var decompressor = new Lz4JavaDecompressor();
        yield new BlockCodec.OnArrays(compressor::compress, decompressor::decompress);
      }
      case "aircompressor3-java-native-segments" -> {
        onlyFast(name, level);
        var compressor = new Lz4JavaCompressor();
        var decompressor = new Lz4JavaDecompressor();
        yield new BlockCodec.OnSegments(compressor::compress, decompressor::decompress);
      }
      case "aircompressor3-ffm-native" -> {
        onlyFast(name, level);
        var compressor = new Lz4NativeCompressor();
        var decompressor = new Lz4NativeDecompressor();
        yield new BlockCodec.OnSegments(compressor::compress, decompressor::decompress);
      }
      default -> throw new IllegalArgumentException("no contender " + name);
    };
  }

  static Lz4Level level(int level) {
    return level == 1 ? Lz4Level.FAST : Lz4Level.hc(level);
  }

  /** The flags of the JVM that a contender runs in. */
  static List<String> flags(String name) {
    List<String> flags = new ArrayList<>();
    if (name.endsWith(DENIED)) {
      flags.add("--illegal-native-access=deny");
    } else {
      flags.add("--enable-native-access=ALL-UNNAMED");
    }
    if (Runtime.version().feature() >= 24) {
      // Only silences the JVM's warnings about peers and about JMH.
      flags.add("--sun-misc-unsafe-memory-access=allow");
    }
    if (name.startsWith("chronicle-")) {
      for (String exported : List.of("jdk.internal.ref", "sun.nio.ch")) {
        flags.add("--add-exports=java.base/" + exported + "=ALL-UNNAMED");
      }
      // Compiles classes of its own when it starts.
      flags.add("--add-exports=jdk.compiler/com.sun.tools.javac.file=ALL-UNNAMED");
      flags.add("--add-opens=jdk.compiler/com.sun.tools.javac=ALL-UNNAMED");
      for (String opened :
          List.of("java.lang", "java.lang.reflect", "java.io", "java.util", "sun.nio.ch")) {
        flags.add("--add-opens=java.base/" + opened + "=ALL-UNNAMED");
      }
      flags.add("-Dchronicle.analytics.disable=true");
    }
    if (ALLOCATORS.contains(name)) {
      flags.add("-XX:MaxDirectMemorySize=8g"); // what Netty may take
      flags.add("-Djmh.executor=CUSTOM");
      flags.add("-Djmh.executor.class=" + NettyThreads.class.getName());
    }
    return flags;
  }

  /** Why a contender cannot take part on this machine; null when it can. */
  static String absent(String name) {
    if (name.startsWith("liblz4") && !LibLz4.present()) {
      return "liblz4 is not installed";
    }
    return name.endsWith(DENIED) && Runtime.version().feature() < 24
        ? "denying native access needs Java 24"
        : null;
  }

  /** Whether a contender has a level. */
  static boolean has(String name, int level) {
    return level == 1 || !name.startsWith("aircompressor");
  }

  private static BlockCodec jpountz(LZ4Factory factory, int level) {
    var compressor = level == 1 ? factory.fastCompressor() : factory.highCompressor(level);
    var decompressor = factory.safeDecompressor();
    return new BlockCodec.OnArrays(compressor::compress, decompressor::decompress);
  }

  private static void onlyFast(String name, int level) {
    if (!has(name, level)) {
      throw new IllegalArgumentException(name + " has no level " + level);
    }
  }
}
