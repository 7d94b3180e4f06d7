package holdfast.snapshot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.CorruptDataException;
import holdfast.Limits;
import holdfast.Progress;
import holdfast.Structure;
import holdfast.internal.Disk;
import holdfast.internal.Mem;
import holdfast.internal.OsDisk;
import holdfast.wksp.Wksp;
import holdfast.wksp.WkspCheckpt;
import holdfast.wksp.WkspCheckptOptions;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Stores in files, looked at from outside. */
class RecordStoreFilesTest {
  private static final long OTHER_TAG = RecordStoreConfig.BASE_TAG + 8;

  @TempDir Path dir;
  private Path file;

  @BeforeEach
  void name() {
    file = dir.resolve("w");
  }

  private static RecordStoreConfig.Builder config() {
    return RecordStoreConfig.builder(200).txnMax(8);
  }

  /** Some of everything: a transaction, tombstones, large values, empty ones. */
  private static RecordStore fill(RecordStore store) {
    store.retainTombstonesSince(0);
    Txn txn = store.prepare(null, new Xid(1, 1));
    for (int i = 0; i < 50; i++) {
      int size = i == 7 ? 300_000 : i * 13;
      store.put(txn, StoreRig.key(i, store.keySize()), StoreRig.value(i, size));
    }
    store.publish(txn, 1);
    Txn next = store.prepare(null, new Xid(1, 2));
    store.remove(next, StoreRig.key(3, store.keySize()));
    store.publish(next, 2);
    Txn left = store.prepare(null, new Xid(1, 3));
    store.put(left, StoreRig.key(5, store.keySize()), StoreRig.value(9, 9));
    return store;
  }

  private Wksp wksp() throws IOException {
    return Wksp.create(file, "stores", 1, 64, 8 << 20);
  }

  @ParameterizedTest
  @EnumSource
  void soundStoresAreFoundAndVerifiedAndNothingChanges(HashKind hash) throws IOException {
    try (Wksp wksp = wksp()) {
      assertEquals(0, RecordStoreFiles.verify(file, Limits.DEFAULT));
      fill(RecordStore.create(wksp, config().hash(hash).build())).close();
      fill(RecordStore.create(wksp, config().hash(hash).baseTag(OTHER_TAG).keySize(8).build()))
          .close();
      WkspCheckpt.write(wksp, dir.resolve("ckpt"), WkspCheckptOptions.DEFAULT);
    }
    byte[] before = Files.readAllBytes(file);
    assertEquals(2, RecordStoreFiles.verify(file, Limits.DEFAULT));
    assertArrayEquals(before, Files.readAllBytes(file));
    Path ckpt = dir.resolve("ckpt");
    assertEquals(2, RecordStoreFiles.count(ckpt, Limits.DEFAULT));
    assertEquals(2, RecordStoreFiles.verifyCheckpt(ckpt, 2, Limits.DEFAULT, Progress.NONE));
    long footprint = RecordStoreFiles.footprint(ckpt);
    assertThrows(
        CorruptDataException.class,
        () ->
            RecordStoreFiles.verifyCheckpt(
                ckpt, 1, Limits.DEFAULT.withMemoryMax(footprint - 1), Progress.NONE));
  }

  @Test
  void everyPartIsShownInItsPlace() throws IOException {
    try (Wksp wksp = wksp()) {
      RecordStore store = fill(RecordStore.create(wksp, config().build()));
      for (Structure shown : RecordStoreFiles.structures(wksp)) {
        assertEquals(
            List.of(
                "chains", "groove state", "header", "records", "transactions", "values", "volumes"),
            shown.parts().stream().map(Structure::name).sorted().toList());
        assertEquals("49 records, published at 2", shown.value());
        for (Structure part : shown.parts()) {
          assertEquals(part.offset(), wksp.find(part.offset()).gaddrLo(), part.name());
          for (Structure field : part.parts()) {
            assertTrue(
                field.offset() >= part.offset()
                    && field.offset() + field.size() <= part.offset() + part.size(),
                field.name());
          }
        }
      }
      store.close();
    }
  }

  /** What a dead owner left is put in order in the copy only. */
  @Test
  void aStoreThatWasLeftBehindIsRecoveredInTheCopy() throws IOException {
    try (Wksp wksp = wksp()) {
      RecordStore store = fill(RecordStore.create(wksp, config().build()));
      long at = RecordStoreFiles.find(wksp).getFirst() + StoreHeader.OWNER_OFFSET;
      store.close();
      Mem.putLong(wksp.memory(), at, Long.MAX_VALUE); // no process has that id
    }
    byte[] before = Files.readAllBytes(file);
    assertEquals(1, RecordStoreFiles.verify(file, Limits.DEFAULT));
    assertArrayEquals(before, Files.readAllBytes(file));
  }

  @Test
  void aStoreThatIsOpenIsRefused() throws IOException {
    try (Wksp wksp = wksp()) {
      RecordStore store = RecordStore.create(wksp, config().build());
      assertThrows(
          IllegalStateException.class, () -> RecordStoreFiles.verify(file, Limits.DEFAULT));
      store.close();
      assertEquals(1, RecordStoreFiles.verify(file, Limits.DEFAULT));
    }
  }

  @Test
  void damageIsFound() throws IOException {
    long header;
    try (Wksp wksp = wksp()) {
      fill(RecordStore.create(wksp, config().build())).close();
      header = RecordStoreFiles.find(wksp).getFirst();
    }
    byte[] good = Files.readAllBytes(file);
    for (long at :
        new long[] {
          StoreHeader.KEY_SIZE_OFFSET,
          StoreHeader.LIVE_COUNT_OFFSET,
          StoreHeader.LIVE_HEAD_OFFSET,
          StoreHeader.SUM_OFFSET,
          StoreHeader.BASE_TAG_OFFSET
        }) {
      byte[] bad = good.clone();
      bad[(int) (header + at)] ^= 1;
      Files.write(file, bad);
      assertThrows(
          CorruptDataException.class,
          () -> RecordStoreFiles.verify(file, Limits.DEFAULT),
          "offset " + at);
    }
  }

  /** A file that must not be written to is copied whole, as far as that is allowed. */
  @Test
  void aFileThatMayOnlyBeReadIsCopied() throws IOException {
    try (Wksp wksp = wksp()) {
      fill(RecordStore.create(wksp, config().build())).close();
    }
    Disk readOnly =
        (Disk)
            Proxy.newProxyInstance(
                Disk.class.getClassLoader(),
                new Class<?>[] {Disk.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("open") && arguments[1] != Disk.Mode.READ) {
                    throw new AccessDeniedException(file.toString());
                  }
                  try {
                    return method.invoke(OsDisk.INSTANCE, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    assertEquals(1, RecordStoreFiles.verify(readOnly, file, Limits.DEFAULT));
    Limits small = Limits.DEFAULT.withMemoryMax(Files.size(file) - 1);
    CorruptDataException e =
        assertThrows(
            CorruptDataException.class, () -> RecordStoreFiles.verify(readOnly, file, small));
    assertTrue(e.getMessage().contains(" that needs at most "), e.getMessage());
  }

  /** What looks like a header, and is not one, is passed over. */
  @Test
  void whatIsNoHeaderIsNotTakenForOne() throws IOException {
    try (Wksp wksp = wksp()) {
      for (long tag : new long[] {8, 9, 16}) {
        long at = wksp.alloc(128, 256, tag);
        MemorySegment mem = wksp.slice(at, 256);
        mem.fill((byte) 0);
        if (tag != 16) {
          mem.set(ValueLayout.JAVA_LONG, 0, StoreHeader.MAGIC);
        }
        mem.set(ValueLayout.JAVA_LONG, StoreHeader.SELF_OFFSET, tag == 8 ? at + 1 : at);
      }
      assertEquals(List.of(), RecordStoreFiles.find(wksp));
      assertEquals(0, RecordStoreFiles.verify(file, Limits.DEFAULT));
    }
  }
}
