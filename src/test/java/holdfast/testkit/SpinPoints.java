package holdfast.testkit;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Turns the calls of {@link Thread#onSpinWait} in a class file into calls of {@link Steps#pause}.
 *
 * <p>Only the pool of constants changes: the entry "method onSpinWait of class Thread" gets another
 * class, which is appended; code refers to entries by number and stays as it is.
 */
final class SpinPoints {
  private static final int UTF8 = 1;
  private static final int CLASS = 7;
  private static final int METHOD = 10;
  private static final int NAME_AND_TYPE = 12;

  private final byte[] file;
  private final Map<Integer, String> texts = new HashMap<>();

  /** From the number of an entry to where its two numbers stand. */
  private final Map<Integer, Integer> methods = new HashMap<>();

  private final Map<Integer, Integer> classes = new HashMap<>();
  private final Map<Integer, Integer> names = new HashMap<>();
  private int count;
  private int end;

  private SpinPoints(byte[] file) {
    this.file = file;
  }

  /** The class file with other calls; the same bytes when it has none. */
  static byte[] replace(byte[] file) {
    if (new String(file, StandardCharsets.ISO_8859_1).indexOf("onSpinWait") < 0) {
      return file;
    }
    try {
      SpinPoints points = new SpinPoints(file);
      points.read();
      return points.replaced();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void read() throws IOException {
    ByteArrayInputStream bytes = new ByteArrayInputStream(file);
    DataInputStream in = new DataInputStream(bytes);
    in.skipNBytes(8);
    count = in.readUnsignedShort();
    for (int entry = 1; entry < count; entry++) {
      int tag = in.readUnsignedByte();
      int at = file.length - bytes.available();
      switch (tag) {
        case UTF8 -> texts.put(entry, in.readUTF());
        case METHOD -> methods.put(entry, at);
        case CLASS -> classes.put(entry, at);
        case NAME_AND_TYPE -> names.put(entry, at);
        default -> {}
      }
      in.skipNBytes(
          switch (tag) {
            case UTF8 -> 0;
            case CLASS, 8, 16, 19, 20 -> 2;
            case 15 -> 3;
            case 3, 4, 9, METHOD, 11, NAME_AND_TYPE, 17, 18 -> 4;
            case 5, 6 -> 8;
            default -> throw new IOException("constant of kind " + tag);
          });
      if (tag == 5 || tag == 6) {
        entry++; // long and double count twice
      }
    }
    end = file.length - bytes.available();
  }

  private byte[] replaced() throws IOException {
    byte[] changed = file.clone();
    for (int at : methods.values()) {
      String owner = texts.get(number(classes.get(number(at))));
      String name = texts.get(number(names.get(number(at + 2))));
      if ("java/lang/Thread".equals(owner) && "onSpinWait".equals(name)) {
        put(changed, at, count + 1);
        // pause() has the same type: no arguments, no result. Its name needs an entry, too.
        put(changed, at + 2, count + 3);
      }
    }
    put(changed, 8, count + 4);
    ByteArrayOutputStream result = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(result);
    out.write(changed, 0, end);
    out.writeByte(UTF8);
    out.writeUTF("holdfast/testkit/Steps");
    out.writeByte(CLASS);
    out.writeShort(count);
    out.writeByte(UTF8);
    out.writeUTF("pause");
    out.writeByte(NAME_AND_TYPE);
    out.writeShort(count + 2);
    out.writeShort(descriptor());
    out.write(changed, end, changed.length - end);
    return result.toByteArray();
  }

  private int descriptor() {
    return texts.entrySet().stream()
        .filter(text -> text.getValue().equals("()V"))
        .findFirst()
        .orElseThrow()
        .getKey();
  }

  private int number(int at) {
    return Byte.toUnsignedInt(file[at]) << 8 | Byte.toUnsignedInt(file[at + 1]);
  }

  private static void put(byte[] bytes, int at, int number) {
    bytes[at] = (byte) (number >>> 8);
    bytes[at + 1] = (byte) number;
  }
}
