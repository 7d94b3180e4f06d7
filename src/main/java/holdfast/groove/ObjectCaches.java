package holdfast.groove;

import holdfast.internal.Failures;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The caches of all handles of an allocator that are not closed.
 *
 * <p>A handle that was dropped, because its thread died, cannot be used by anybody any more once
 * the garbage collector has found it: then whoever looks next gives back what its cache keeps. No
 * thread exists for that.
 */
final class ObjectCaches {
  /** A cache, and whether its handle can still be used. */
  private static final class Owned extends WeakReference<GrooveHandle> {
    final ObjectCache cache;

    Owned(GrooveHandle handle, ObjectCache cache, ReferenceQueue<GrooveHandle> dropped) {
      super(handle, dropped);
      this.cache = cache;
    }
  }

  private final ReferenceQueue<GrooveHandle> dropped = new ReferenceQueue<>();

  /** Guarded by itself. */
  private final Map<ObjectCache, Owned> caches = new HashMap<>();

  /** Guarded by the caches; null until there is a cache. */
  private Depot depot;

  /** What the caches hand over through. */
  Depot depot(GrooveGeometry geometry) {
    synchronized (caches) {
      if (depot == null) {
        depot = Depot.of(geometry);
      }
      return depot;
    }
  }

  /** Takes one with nothing in it, before there is a cache: for tests. */
  void use(Depot given) {
    depot = given;
  }

  void add(GrooveHandle handle, ObjectCache cache) {
    adopt();
    Owned owned = new Owned(handle, cache, dropped);
    synchronized (caches) {
      caches.put(cache, owned);
    }
  }

  /** Whether it was still there: of two who end a cache at the same time one does. */
  boolean remove(ObjectCache cache) {
    synchronized (caches) {
      return caches.remove(cache) != null;
    }
  }

  /** Gives back what the caches of dropped handles keep. Never waits. */
  void adopt() {
    for (Reference<?> gone; (gone = dropped.poll()) != null; ) {
      ObjectCache cache = ((Owned) gone).cache;
      if (remove(cache)) {
        cache.close();
      }
    }
  }

  /** Flushes all. Nobody uses a handle meanwhile. */
  void flush() {
    all().forEach(ObjectCache::flush);
  }

  /** Flushes all, for good, whatever is found in one. Nobody uses a handle meanwhile. */
  void close() {
    RuntimeException first = null;
    for (ObjectCache cache : all()) {
      try {
        if (remove(cache)) {
          cache.close();
        }
      } catch (RuntimeException e) {
        first = Failures.first(first, e);
      }
    }
    if (first != null) {
      throw first;
    }
  }

  private List<ObjectCache> all() {
    synchronized (caches) {
      return new ArrayList<>(caches.keySet());
    }
  }
}
