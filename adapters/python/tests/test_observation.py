"""Tests of how an error and a value are described."""

import builtins
import json
import unittest
from email.utils import formatdate
from time import time

from streamspec_errors import BODY, attribute, describe_error, header, retry_after
from streamspec_observation import LONGEST_STRING, Observer, plain

# Before 3.11 there is none.
GROUP = getattr(builtins, "ExceptionGroup", None)


class SdkError(Exception):
    """The root class of an SDK."""


class Headers:
    def __init__(self, headers):
        self.headers = headers


class Response:
    headers = {"retry-after": "7", "request-id": "req_1"}  # noqa: RUF012 - read only


class StatusError(SdkError):
    status_code = 529
    type = None
    request_id = None
    response = Response()
    body = {"error": {"type": "overloaded_error", "code": 5}, "request_id": "req_2"}  # noqa: RUF012 - read only

    @property
    def broken(self):
        raise RuntimeError("no such luck")


READS = {
    "status": (attribute("status_code"), BODY),
    "type": (attribute("type"), BODY),
    "code": (attribute("code"), BODY),
    "request_id": (attribute("request_id"), header("x-request-id")),
    "retry_after": (header("retry-after"),),
    "retryable": (attribute("broken"),),
}


class Errors(unittest.TestCase):
    def described(self, error):
        return describe_error(error, "iterate", READS, SdkError, "openai-chat")

    def test_a_field_is_a_reading_or_empty_or_absent(self):
        error = self.described(StatusError("m"))
        self.assertEqual(error["status"], {"value": 529, "via": "attribute"})
        self.assertEqual(error["type"], {"value": "overloaded_error", "via": "body"}, "an empty attribute gives way")
        self.assertEqual(error["code"], {"value": "5", "via": "body"}, "a number becomes a text")
        self.assertEqual(error["retry_after"], {"value": 7.0, "via": "header"})
        self.assertIsNone(error["request_id"])
        self.assertNotIn("retryable", error, "an attribute that raises")
        bare = self.described(SdkError("m"))
        self.assertEqual(READS.keys() & bare.keys(), set())

    def test_what_is_there_and_cannot_be_read_is_said(self):
        for expected, changes in (
            (["retryable: reading it raises RuntimeError"], {}),
            (["status: '529', a str, is none"], {"status_code": "529"}),
            (["retry_after: 'soon', a str, is none"], {"response": Headers({"retry-after": "soon"})}),
            (["the body is text that is not a JSON object"], {"body": "<html>"}),
            (["the body is text that is not a JSON object"], {"body": b"[1]"}),
            (["the body is a int"], {"body": 7}),
            (["the `error` in the body is a str"], {"body": {"error": "no"}}),
            ([], {"body": ""}),
            ([], {"body": {"detail": "no"}}),
            ([], {"status_code": None}),
            (
                [f"{key}: the `headers` of its response are a NoneType" for key in ("request_id", "retry_after")],
                {"response": object()},
            ),
        ):
            error = StatusError("m")
            vars(error).update(changes)
            unread = [note for note in self.described(error)["unread"] if "RuntimeError" not in note or not changes]
            self.assertEqual(unread, expected, changes)
        self.assertNotIn("unread", self.described(SdkError("m")))

    def test_a_foreign_error_has_no_fields(self):
        class ForeignError(Exception):
            status_code = 500

        error = self.described(ForeignError("m"))
        self.assertNotIn("status", error)
        self.assertEqual(error["classes"], ["ForeignError", "Exception", "BaseException"])

    def test_the_body_is_read_where_the_attribute_is_empty(self):
        error = StatusError("m")
        error.status_code, error.body = None, '{"error": {"type": "overloaded_error", "code": 503}}'
        error = self.described(error)
        self.assertEqual(error["status"], {"value": 503, "via": "body"})
        self.assertEqual(error["type"], {"value": "overloaded_error", "via": "body"})

    @unittest.skipIf(GROUP is None, "there are no exception groups")
    def test_an_exception_group_is_opened(self):
        group = GROUP("tasks", [ValueError(), GROUP("more", [StatusError("m")])])
        error = self.described(group)
        self.assertEqual((error["class"], error["message"]), ("StatusError", "m"))
        self.assertEqual(error["status"], {"value": 529, "via": "cause"})
        self.assertEqual(error["type"], {"value": "overloaded_error", "via": "cause"})
        self.assertIsNone(error["request_id"])

    @unittest.skipIf(GROUP is None, "there are no exception groups")
    def test_a_group_without_an_error_of_the_sdk_stays_whole(self):
        error = self.described(GROUP("tasks", [ValueError()]))
        self.assertEqual(error["class"], "ExceptionGroup")
        self.assertNotIn("status", error)

    def test_a_message_may_raise(self):
        class MuteError(SdkError):
            def __str__(self):
                raise RuntimeError

        self.assertEqual(self.described(MuteError())["message"], "<message not readable: RuntimeError>")

    def test_causes_are_those_of_a_traceback(self):
        def error(cause, context, suppressed):
            error = SdkError("m")
            error.__cause__, error.__context__, error.__suppress_context__ = cause, context, suppressed
            return error

        for expected, chain in (
            ([], error(None, None, False)),
            (["KeyError"], error(None, KeyError(), False)),
            ([], error(None, KeyError(), True)),
            (["ValueError"], error(ValueError(), KeyError(), True)),
            (["SdkError", "KeyError"], error(error(None, KeyError(), False), None, True)),
        ):
            self.assertEqual(self.described(chain)["causes"], expected)

    def test_causes_may_go_round(self):
        first, second = SdkError("a"), SdkError("b")
        first.__cause__, second.__cause__ = second, first
        self.assertEqual(self.described(first)["causes"], ["SdkError"])

    def test_retry_after_is_seconds_or_a_date(self):
        self.assertEqual(retry_after("1.5"), 1.5)
        self.assertAlmostEqual(retry_after(formatdate(time() + 60, usegmt=True)), 60, delta=2)
        self.assertEqual(retry_after(formatdate(0, usegmt=True)), 0)
        self.assertEqual(retry_after("Sun Nov  6 08:49:37 1994"), 0, "the format of C")
        for unreadable in ("soon", "nan", "", "-5", "1e3", "9" * 400):
            self.assertIsNone(retry_after(unreadable), unreadable)


class Values(unittest.TestCase):
    def test_every_value_becomes_strict_json(self):
        deep = []
        for _ in range(500):
            deep = [deep]
        for value, expected in (
            ("a\ud83d b", "a\ufffd b"),
            ("\ud83d\ude00", "\U0001f600"),
            (float("nan"), "nan"),
            (10**30, str(10**30)),
            ({1: {"\udc00": (1, None)}}, {"1": {"\ufffd": [1, None]}}),
            (Response, str(Response)),
        ):
            self.assertEqual(plain(value), expected)
        json.dumps(plain(deep), allow_nan=False)

    def test_a_huge_string_is_cut_with_a_note(self):
        self.assertEqual(plain("x" * LONGEST_STRING), "x" * LONGEST_STRING)
        cut = plain("x" * (LONGEST_STRING + 1))
        self.assertTrue(cut.endswith(f"[cut by the adapter: {LONGEST_STRING + 1} characters]"))


class Failures(unittest.TestCase):
    def test_the_first_item_that_says_anything_counts(self):
        seen = Observer("events")
        code = {"value": "first", "via": "attribute"}
        for said in ({"code": None}, {"code": code}, {"message": "second"}):
            seen.failed_item({"message": "", **said})
        self.assertEqual(seen.observation()["error"], {"message": "", "code": code})
        self.assertEqual(seen.observation()["ended"], "error-item")
        seen.raised({"message": "behind it"})
        self.assertEqual(seen.observation()["ended"], "error-item")
        seen = Observer("events")
        seen.failed_item({"message": ""})
        seen.raised({"message": "raised"})
        self.assertEqual(seen.observation()["error"], {"message": "raised"})
        self.assertEqual(seen.observation()["ended"], "raised")


class Calls(unittest.TestCase):
    def calls(self, **tool):
        seen = Observer("events")
        for name, value in {"name": "f", **tool}.items():
            setattr(seen.tool(0), name, value)
        return seen.observation()["tool_calls"]

    def test_a_call_is_complete_when_it_is_over_and_not_cut(self):
        for over, cut, complete in ((False, False, False), (True, False, True), (True, True, False)):
            self.assertEqual(self.calls(over=over, cut=cut)[0]["complete"], complete)

    def test_a_whole_call_without_arguments_has_an_empty_object(self):
        for arguments in ("", None, {}):
            self.assertEqual(self.calls(over=True, arguments=arguments)[0]["arguments"], {})
        self.assertEqual(self.calls(arguments=None)[0]["arguments"], "", "the arguments may still come")

    def test_a_call_without_a_name_is_none(self):
        self.assertEqual(self.calls(name="", over=True), [])

    def test_a_piece_goes_behind_the_text_and_takes_the_place_of_an_object(self):
        for pieces, arguments in (
            (('{"a"', ":1}"), '{"a":1}'),
            (({}, '{"a":1}'), '{"a":1}'),
            (({"a": 1}, ""), {"a": 1}),
        ):
            tool = Observer("events").tool(0)
            tool.arguments = pieces[0]
            tool.add(pieces[1])
            self.assertEqual(tool.arguments, arguments)


class Absences(unittest.TestCase):
    def test_a_surface_leaves_out_what_it_lacks(self):
        for delivers in ("events", "final"):
            seen = Observer(delivers, (), ("stop_reason", "tool_calls", "error_code"))
            seen.hand_over()
            seen.tool(0, "f")
            self.assertEqual(seen.observation(), {"ended": "returned", "events": 0, "text": ""})
            seen = Observer(delivers, (), ("text", "stop_reason"))
            seen.hand_over()
            seen.say("a")
            self.assertEqual(seen.observation(), {"ended": "returned", "events": 0, "tool_calls": []})

    def test_a_surface_tells_only_what_it_delivers(self):
        self.assertEqual(
            Observer("events").observation(),
            {"ended": "returned", "events": 0, "text": "", "tool_calls": [], "stop_reason": None},
        )
        self.assertEqual(Observer("text").observation(), {"ended": "returned", "events": 0, "text": ""})
        self.assertEqual(Observer("final").observation(), {"ended": "returned", "events": 0})


if __name__ == "__main__":
    unittest.main()
