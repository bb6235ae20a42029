"""perfetto_schema.py TRACE - reads a trace by Perfetto's published schema: no field that it does not know, tracks declared
before they are used, no slice that ends without having begun, no arrow that leads nowhere."""

import collections
import sys

from google.protobuf.unknown_fields import UnknownFieldSet
from perfetto.protos.perfetto.trace.perfetto_trace_pb2 import Trace, TrackEvent


def unknown_fields(message):
    count = len(UnknownFieldSet(message))
    for field, value in message.ListFields():
        if field.message_type:
            repeated = not hasattr(value, "ListFields")
            count += sum(map(unknown_fields, value)) if repeated else unknown_fields(value)
    return count


trace = Trace()
with open(sys.argv[1], "rb") as file:
    trace.ParseFromString(file.read())
assert unknown_fields(trace) == 0
tracks, depth, begun, ended = set(), collections.Counter(), set(), set()
for packet in trace.packet:
    if packet.HasField("track_descriptor"):
        tracks.add(packet.track_descriptor.uuid)
        continue
    event = packet.track_event
    assert event.track_uuid in tracks
    depth[event.track_uuid] += {TrackEvent.TYPE_SLICE_BEGIN: 1, TrackEvent.TYPE_SLICE_END: -1}.get(event.type, 0)
    assert depth[event.track_uuid] >= 0
    begun.update(event.flow_ids)
    ended.update(event.terminating_flow_ids)
assert tracks and ended <= begun
