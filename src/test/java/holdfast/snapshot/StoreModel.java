package holdfast.snapshot;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A record store as its contract says, small and slow: maps from keys to values, of which each
 * transaction has one with its changes.
 */
final class StoreModel {
  /** A transaction, and the handle of the real one. */
  static final class Node {
    final Xid xid;
    Node parent;
    final List<Node> children = new ArrayList<>();

    /** Null for what was removed. */
    final Map<Long, byte[]> changes = new HashMap<>();

    Txn txn;

    Node(Xid xid, Node parent) {
      this.xid = xid;
      this.parent = parent;
    }
  }

  /** Children of the published state. */
  final List<Node> tops = new ArrayList<>();

  final List<Node> live = new ArrayList<>();

  /** What is published now, and after each publication. */
  TreeMap<Long, byte[]> published = new TreeMap<>();

  final TreeMap<Long, TreeMap<Long, byte[]>> history = new TreeMap<>();

  /** When each key was published last. */
  final Map<Long, Long> modSeq = new HashMap<>();

  long seq;

  StoreModel() {
    history.put(0L, new TreeMap<>());
  }

  Node prepare(Node parent, Xid xid) {
    Node node = new Node(xid, parent);
    (parent == null ? tops : parent.children).add(node);
    live.add(node);
    return node;
  }

  /** What a transaction sees, by key. */
  Map<Long, byte[]> view(Node node) {
    Map<Long, byte[]> view = new TreeMap<>(published);
    apply(node, view);
    return view;
  }

  private static void apply(Node node, Map<Long, byte[]> view) {
    if (node != null) {
      apply(node.parent, view);
      node.changes.forEach(
          (key, value) -> {
            if (value == null) {
              view.remove(key);
            } else {
              view.put(key, value);
            }
          });
    }
  }

  boolean put(Node node, long key, byte[] value) {
    boolean absent = !view(node).containsKey(key);
    node.changes.put(key, value);
    return absent;
  }

  boolean remove(Node node, long key) {
    if (!view(node).containsKey(key)) {
      return false;
    }
    node.changes.put(key, null);
    return true;
  }

  int publish(Node node, long at) {
    int count = node.parent == null ? 0 : publish(node.parent, at);
    for (Node sibling : List.copyOf(tops)) {
      if (sibling != node) {
        cancel(sibling);
      }
    }
    tops.clear();
    for (Node child : node.children) {
      child.parent = null;
      tops.add(child);
    }
    node.changes.forEach(
        (key, value) -> {
          if (value == null) {
            published.remove(key);
          } else {
            published.put(key, value);
          }
          modSeq.put(key, at);
        });
    live.remove(node);
    seq = at;
    history.put(at, new TreeMap<>(published));
    return count + 1;
  }

  void publishIntoParent(Node node) {
    Node parent = node.parent;
    for (Node sibling : List.copyOf(parent.children)) {
      if (sibling != node) {
        cancel(sibling);
      }
    }
    parent.children.clear();
    for (Node child : node.children) {
      child.parent = parent;
      parent.children.add(child);
    }
    parent.changes.putAll(node.changes);
    live.remove(node);
  }

  int cancel(Node node) {
    int count = 1;
    for (Node child : List.copyOf(node.children)) {
      count += cancel(child);
    }
    (node.parent == null ? tops : node.parent.children).remove(node);
    live.remove(node);
    return count;
  }
}
