"""Threads that save to one path: whoever reads it finds a whole file of one of them."""

import threading

import numpy as np
import pytest

from nn.io import files

pytest.importorskip("safetensors", reason="nn.save writes safetensors files: an extra")


def test_threads_saving_to_one_path_leave_whole_files(tmp_path):
    path, errors = tmp_path / "model", []
    start = threading.Barrier(4)

    def save(k):
        try:
            start.wait()
            for _ in range(15):
                files.write(path, {"k": str(k)}, {"w": np.full(50_000 * (k + 1), float(k))})
                header, arrays = files.read(path)
                j = int(header["k"])
                assert arrays["w"].shape == (50_000 * (j + 1),)
                assert (arrays["w"] == j).all()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=save, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert [p.name for p in tmp_path.iterdir()] == ["model"]
