import pytest

from clp_tfx.components.counterfactual_gen.statistics import write_statistics
from clp_tfx.components.counterfactual_gen.stored_statistics import load_statistics
from clp_tfx.errors import InputError


def test_statistics_are_read_where_they_were_written(tmp_path, memory_files):
  for folder in (str(tmp_path / "made"), "memory://b/statistics"):
    with pytest.raises(InputError, match="run the pipeline again"):
      load_statistics(folder)
    write_statistics({"splits": {"caf\u00e9": {}}}, folder)
    assert load_statistics(folder) == {"splits": {"caf\u00e9": {}}}
