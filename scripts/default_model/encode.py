"""Renders conversations into the text the model is trained on, word for word as serving renders prompts.

A conversation is a dict: `encoding` (deepseek-v3.1, deepseek-v3, deepseek-r1 or deepseek-v3.2), `messages` and `tools`
as in the OpenAI API, and `chat_template_kwargs` ({"thinking": bool}). Rendering returns pieces (text, weight): the
weight is the loss weight of the piece's tokens, or a list of (characters, weight) that covers it. No role or prompt marker
carries loss: the model is never taught to write one.
"""

import json

import markup as m

WEIGHT_ANSWER, WEIGHT_TEXT, WEIGHT_NONE = 1.0, 0.2, 0.0


def dumps(value):
    return json.dumps(value, ensure_ascii=False)


# --- tool descriptions -------------------------------------------------------------------------------------------


def tools_v31(tools):
    out = "## Tools\nYou have access to the following tools:\n"
    for tool in tools:
        f = tool["function"]
        out += f"\n### {f['name']}\nDescription: {f.get('description', '')}\n\nParameters: {dumps(f['parameters'])}\n"
    return out + (
        "\nIMPORTANT: ALWAYS adhere to this exact format for tool use:\n"
        f"{m.CALLS_BEGIN}{m.CALL_BEGIN}tool_call_name{m.SEP}tool_call_arguments{m.CALL_END}"
        f"{{additional_tool_calls}}{m.CALLS_END}\n\nWhere:\n"
        "- `tool_call_name` must be an exact match to one of the available tools\n"
        "- `tool_call_arguments` must be valid JSON that strictly follows the tool's Parameters Schema\n"
        "- For multiple tool calls, chain them directly without separators or spaces"
    )


def tools_v3(tools):
    listed = "\n\n".join(
        f"### {f['name']}\n{f.get('description', '')}\nParameters: {dumps(f['parameters'])}"
        for f in (t["function"] for t in tools)
    )
    return (
        "## Tools\n\nYou can call the functions below. Call one only when it helps to answer.\n\n"
        + listed
        + "\n\nTo call functions, write this block at the end of your reply, one entry a call, entries separated by a"
        f" line break:\n{m.CALLS_BEGIN}{m.CALL_BEGIN}function{m.SEP}FUNCTION_NAME\n```json\n"
        f'{{"parameter": "value"}}\n```{m.CALL_END}{m.CALLS_END}\n'
        "FUNCTION_NAME is one of the names above, and the JSON object fits its Parameters. The results come back between"
        f" {m.OUTPUTS_BEGIN} and {m.OUTPUTS_END}."
    )


def tools_v32(tools):
    d = m.DSML
    return (
        "## Tools\n\nYou have access to a set of tools you can use to answer the user's question.\n"
        f'You can invoke functions by writing a "<{d}function_calls>" block like the following as part of your reply to'
        " the user:\n"
        f'<{d}function_calls>\n<{d}invoke name="$FUNCTION_NAME">\n'
        f'<{d}parameter name="$PARAMETER_NAME" string="true|false">$PARAMETER_VALUE</{d}parameter>\n...\n'
        f'</{d}invoke>\n<{d}invoke name="$FUNCTION_NAME2">\n...\n</{d}invoke>\n</{d}function_calls>\n\n'
        "String and scalar parameters should be specified as is without any escaping or quotes, while lists and objects"
        ' should use JSON format. The "string" attribute should be set to "true" for string type parameters and "false"'
        " for other types (numbers, booleans, arrays, objects).\n\n"
        "If the thinking_mode is enabled, then after function results you should strongly consider outputting a thinking"
        " block. Here is an example:\n\n"
        f"<{d}function_calls>\n...\n</{d}function_calls>\n\n<function_results>\n...\n</function_results>\n\n"
        f"{m.THINK}...thinking about results{m.END_THINK}\n\n"
        "Here are the functions available in JSONSchema format:\n<functions>\n"
        + "".join(dumps(t["function"]) + "\n" for t in tools)
        + "</functions>\n"
    )


# --- conversations -----------------------------------------------------------------------------------------------


def system_text(conversation):
    return "\n\n".join(x["content"] for x in conversation["messages"] if x["role"] == "system")


def _opening(conversation, tools_text):
    """BOS, system text and tool descriptions; the schemas themselves carry no loss."""
    pieces = [(m.BOS + system_text(conversation), WEIGHT_TEXT)]
    if conversation.get("tools"):
        pieces.append(("\n\n" + tools_text(conversation["tools"]), WEIGHT_NONE))
    return pieces


def render_v31(conversation):
    thinking = conversation["chat_template_kwargs"].get("thinking", False)
    pieces = _opening(conversation, tools_v31)
    messages = [x for x in conversation["messages"] if x["role"] != "system"]
    previous = None
    for index, x in enumerate(messages):
        if x["role"] == "user":
            pieces.append((m.USER + x["content"], WEIGHT_TEXT))
        elif x["role"] == "tool":
            pieces.append((m.OUTPUT_BEGIN + x["content"] + m.OUTPUT_END, WEIGHT_NONE))
        else:
            if previous == "user":
                last = index == len(messages) - 1
                tag = m.THINK if last and thinking else m.END_THINK
                pieces.append((m.ASSISTANT + tag, WEIGHT_NONE))
                if tag == m.THINK:
                    pieces.append((x["reasoning_content"] + m.END_THINK, WEIGHT_ANSWER))
            text = x.get("content") or ""
            if x.get("tool_calls"):
                calls = "".join(
                    m.CALL_BEGIN
                    + c["function"]["name"]
                    + m.SEP
                    + c["function"]["arguments"]
                    + m.CALL_END
                    for c in x["tool_calls"]
                )
                text += m.CALLS_BEGIN + calls + m.CALLS_END
            pieces.append((text + m.EOS, WEIGHT_ANSWER))
        previous = x["role"]
    if previous == "user":
        pieces.append((m.ASSISTANT + (m.THINK if thinking else m.END_THINK), WEIGHT_NONE))
    return pieces


def render_v3(conversation, reasoning=False):
    """V3-0324; with `reasoning`, the R1 prompt that opens the think block itself."""
    pieces = _opening(conversation, tools_v3)
    messages = [x for x in conversation["messages"] if x["role"] != "system"]
    previous = None
    for index, x in enumerate(messages):
        if x["role"] == "user":
            pieces += [(m.USER + x["content"], WEIGHT_TEXT), (m.ASSISTANT, WEIGHT_NONE)]
        elif x["role"] == "tool":
            pieces.append(
                (
                    (m.OUTPUTS_BEGIN if previous != "tool" else "\n")
                    + m.OUTPUT_BEGIN
                    + x["content"]
                    + m.OUTPUT_END,
                    WEIGHT_NONE,
                )
            )
            if index + 1 == len(messages) or messages[index + 1]["role"] != "tool":
                pieces.append((m.OUTPUTS_END, WEIGHT_NONE))
        else:
            if reasoning and index == len(messages) - 1 and previous == "user":
                pieces.append((m.THINK + "\n", WEIGHT_NONE))
                pieces.append((x["reasoning_content"] + "\n" + m.END_THINK + "\n\n", WEIGHT_ANSWER))
            text = x.get("content") or ""
            if x.get("tool_calls"):
                calls = "\n".join(
                    f"{m.CALL_BEGIN}function{m.SEP}{c['function']['name']}\n```json\n{c['function']['arguments']}\n```"
                    + m.CALL_END
                    for c in x["tool_calls"]
                )
                text += m.CALLS_BEGIN + calls + m.CALLS_END
            pieces.append((text + m.EOS, WEIGHT_ANSWER))
        previous = x["role"]
    if reasoning and previous == "user":
        pieces.append((m.THINK + "\n", WEIGHT_NONE))
    return pieces


def render_r1(conversation):
    return render_v3(conversation, reasoning=True)


def dsml_calls(calls):
    d = m.DSML
    blocks = []
    for call in calls:
        params = []
        for key, value in json.loads(call["function"]["arguments"]).items():
            is_string = isinstance(value, str)
            shown = value if is_string else dumps(value)
            params.append(
                f'<{d}parameter name="{key}" string="{"true" if is_string else "false"}">{shown}</{d}parameter>'
            )
        blocks.append(
            f'<{d}invoke name="{call["function"]["name"]}">\n'
            + "\n".join(params)
            + f"\n</{d}invoke>"
        )
    return f"\n\n<{d}function_calls>\n" + "\n".join(blocks) + f"\n</{d}function_calls>"


def render_v32(conversation):
    thinking = conversation["chat_template_kwargs"].get("thinking", False)
    messages = conversation["messages"]
    last_user = max((i for i, x in enumerate(messages) if x["role"] == "user"), default=-1)
    pieces = _opening(conversation, tools_v32)
    for index, x in enumerate(messages):
        if x["role"] == "system":
            continue
        if x["role"] == "user":
            tag = m.THINK if thinking and index == last_user else m.END_THINK
            pieces += [(m.USER + x["content"], WEIGHT_TEXT), (m.ASSISTANT + tag, WEIGHT_NONE)]
        elif x["role"] == "tool":
            first = messages[index - 1]["role"] != "tool"
            last = index + 1 == len(messages) or messages[index + 1]["role"] != "tool"
            text = (
                "\n\n<function_results>" if first else ""
            ) + f"\n<result>{x['content']}</result>"
            if last:
                text += "\n</function_results>\n\n" + (
                    m.THINK if thinking and index >= last_user else m.END_THINK
                )
            pieces.append((text, WEIGHT_NONE))
        else:
            text = ""
            if thinking and index > last_user:
                text += x["reasoning_content"] + m.END_THINK
            text += x.get("content") or ""
            if x.get("tool_calls"):
                text += dsml_calls(x["tool_calls"])
            pieces.append((text + m.EOS, WEIGHT_ANSWER))
    return pieces


RENDERERS = {
    "deepseek-v3.1": render_v31,
    "deepseek-v3": render_v3,
    "deepseek-r1": render_r1,
    "deepseek-v3.2": render_v32,
}


def render(conversation):
    return RENDERERS[conversation["encoding"]](conversation)


def text_of(pieces):
    return "".join(text for text, _ in pieces)


def split_prompt(conversation):
    """The prompt as JSON without the last assistant turn, its rendering, and the completion the model is to write."""
    assert conversation["messages"][-1]["role"] == "assistant"
    prompt = dict(conversation, messages=conversation["messages"][:-1])
    prompt_text, whole = text_of(render(prompt)), text_of(render(conversation))
    assert whole.startswith(prompt_text), (prompt_text, whole)
    return prompt, prompt_text, whole[len(prompt_text) :]
